import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Encoded } from './encode.ts'
import { asFilm, encode, type WorkPlace } from './ffmpeg.ts'
import { columns, rows, type Thumbnails } from './package/thumbnails.ts'
import type { Plan } from './plan.ts'
import type { Timeline } from './timeline.ts'

const lines = 90

const even = (value: number): number => Math.max(2, 2 * Math.round(value / 2))

/** A picture of each segment, from the smallest rung of a stream: of that only the pictures are decoded that need no other. */
export const makeThumbnails = async (
  [smallest]: Encoded['video'],
  { timeline, plan }: { readonly timeline: Timeline; readonly plan: Plan },
  place: WorkPlace,
): Promise<Thumbnails | undefined> => {
  if (smallest === undefined) return undefined
  const seconds = plan.framesPerSegment / timeline.framesPerSecond
  const count = Math.ceil(timeline.frames / plan.framesPerSegment)
  const [width, height] = [even((smallest.rung.width * lines) / smallest.rung.height), lines]
  // NOTE: a group of pictures is a segment or half of one.
  const every = plan.framesPerSegment / plan.framesPerGop
  const filter = `select='not(mod(n,${every}))',scale=${width}:${height},tile=${columns}x${rows}`
  await encode({
    inputs: [{ source: smallest.file, options: ['-skip_frame', 'nokey', ...asFilm] }],
    outputs: [
      {
        file: join(place.workDir, 'sheet-%05d.jpg'),
        options: ['-an', '-vf', filter, '-vsync', 'passthrough', '-q:v', '5', '-f', 'image2'],
      },
    ],
    ...place,
  })
  const names = (await readdir(place.workDir)).filter((name) => name.startsWith('sheet-')).toSorted()
  const files = names.map((name) => join(place.workDir, name))
  const sheetBytes = await Promise.all(files.map(async (file) => (await stat(file)).size))
  return { files, sheetBytes, count, seconds, width, height, filmSeconds: timeline.frames / timeline.framesPerSecond }
}
