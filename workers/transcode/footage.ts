import { join } from 'node:path'
import { encode, type WorkPlace } from './ffmpeg.ts'

/** Looks of the demo's footage: a cellular automaton in two colours, blurred into slow light, over a chord. */
const looks = [
  { life: '0xf59e0b', mold: '0x7c2d12', seed: 7, chord: [220, 277.18, 329.63] },
  { life: '0x38bdf8', mold: '0x1e1b4b', seed: 23, chord: [196, 246.94, 293.66] },
  { life: '0xa3e635', mold: '0x14532d', seed: 41, chord: [174.61, 220, 261.63] },
  { life: '0xf472b6', mold: '0x4a044e', seed: 59, chord: [207.65, 261.63, 311.13] },
  { life: '0xe2e8f0', mold: '0x334155', seed: 83, chord: [164.81, 207.65, 246.94] },
] as const

const framesPerSecond = 24

/** Makes a film of 640 by 360 in one of the looks, the same on every machine, in a few seconds of CPU. Gives its file. */
export const makeFootage = async (look: number, seconds: number, place: WorkPlace): Promise<string> => {
  const { life, mold, seed, chord } = looks[look % looks.length] ?? looks[0]
  const file = join(place.workDir, 'footage.mp4')
  const picture = `life=s=160x90:r=${framesPerSecond / 4}:mold=12:ratio=0.35:random_seed=${seed}:life_color=${life}:death_color=0x0b1020:mold_color=${mold}`
  const sound = `aevalsrc=${chord.map((hertz, at) => `0.09*sin(2*PI*${hertz}*t)*(0.6+0.4*sin(2*PI*t/${7 + 2 * at}))`).join('+')}:s=48000`
  await encode({
    inputs: [
      { source: picture, options: ['-f', 'lavfi'] },
      { source: sound, options: ['-f', 'lavfi'] },
    ],
    filter: `[0:v]boxblur=3:2,scale=640:360:flags=bicubic,fps=${framesPerSecond},format=yuv420p[v]`,
    outputs: [
      {
        file,
        options: [
          '-map',
          '[v]',
          '-map',
          '1:a',
          '-t',
          String(seconds),
          '-c:v',
          'libx264',
          '-preset',
          'ultrafast',
          '-crf',
          '20',
          '-c:a',
          'aac',
          '-ac',
          '2',
          '-movflags',
          '+faststart',
        ],
      },
    ],
    ...place,
  })
  return file
}
