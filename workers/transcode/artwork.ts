import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { objectKey } from '#platform/contracts/object-key.ts'
import type { ObjectStore } from '#platform/ports/object-store.ts'
import { asFilm, encode, type WorkPlace } from './ffmpeg.ts'
import type { Source } from './probe.ts'

const shapes = { poster: [400, 600], landscape: [640, 360], hero: [1600, 700] } as const

/** A picture that fills a shape, as SVG around the frame: every device scales it. */
const framed = (frame: Buffer, [width, height]: readonly [number, number]): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}"><image href="data:image/jpeg;base64,${frame.toString('base64')}" width="${width}" height="${height}" preserveAspectRatio="xMidYMid slice"/></svg>`

/** Gives a title that has no artwork a frame of its film, a quarter in, in every shape. */
export const makeArtwork = async (
  objects: ObjectStore,
  titleId: string,
  { source, ...place }: WorkPlace & { readonly source: Source },
): Promise<void> => {
  const keyOf = (variant: string) => objectKey(`art/${titleId}/${variant}.svg`)
  if ((await objects.head(keyOf('poster'))) !== null) return
  const file = join(place.workDir, 'frame.jpg')
  const at = String(source.durationMs / 4000)
  await encode({
    inputs: [{ source: source.file, options: [...asFilm, '-ss', at] }],
    outputs: [{ file, options: ['-frames:v', '1', '-vf', 'scale=960:-2', '-q:v', '4'] }],
    ...place,
  })
  const frame = await readFile(file)
  for (const [variant, shape] of Object.entries(shapes))
    await objects.put(keyOf(variant), Buffer.from(framed(frame, shape)), { type: 'image/svg+xml' })
}
