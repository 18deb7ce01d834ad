import { createWriteStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { objectKey } from '#platform/contracts/object-key.ts'
import type { ObjectStore } from '#platform/ports/object-store.ts'
import { asFilm, encode, type WorkPlace } from './ffmpeg.ts'
import { type Rendition, secondsOf } from './package/segments.ts'

const shapes = { poster: [400, 600], landscape: [640, 360], hero: [1600, 700] } as const

/** A picture that fills a shape, as SVG around the frame: every device scales it. */
const framed = (frame: Buffer, [width, height]: readonly [number, number]): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}"><image href="data:image/jpeg;base64,${frame.toString('base64')}" width="${width}" height="${height}" preserveAspectRatio="xMidYMid slice"/></svg>`

/** Gives a title that has no artwork a frame of its stream, a quarter in, in every shape. */
export const makeArtwork = async (
  objects: ObjectStore,
  titleId: string,
  { video, ...place }: WorkPlace & { readonly video: Rendition | undefined },
): Promise<void> => {
  const keyOf = (variant: string) => objectKey(`art/${titleId}/${variant}.svg`)
  if (video === undefined || (await objects.head(keyOf('poster'))) !== null) return
  const frame = await frameOf(video, place)
  for (const [variant, shape] of Object.entries(shapes))
    await objects.put(keyOf(variant), Buffer.from(framed(frame, shape)), { type: 'image/svg+xml' })
}

/** The first frame of the segment in which a quarter of the film is over, as JPEG. */
const frameOf = async (video: Rendition, place: WorkPlace): Promise<Buffer> => {
  const quarter = secondsOf(video) / 4
  const segment = video.segments.findLast(({ start }) => start <= quarter)
  const [film, file] = [join(place.workDir, 'frame.mp4'), join(place.workDir, 'frame.jpg')]
  await pipeline(async function* () {
    yield video.init
    if (segment !== undefined) yield* segment.read()
  }, createWriteStream(film))
  await encode({
    inputs: [{ source: film, options: asFilm }],
    outputs: [{ file, options: ['-frames:v', '1', '-vf', 'scale=960:-2', '-q:v', '4'] }],
    ...place,
  })
  return readFile(file)
}
