import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import encoder from '@ffmpeg-installer/ffmpeg'
import { objectKey } from '#platform/contracts/object-key.ts'
import { objectsBelow, readObject } from '#platform/files/read-object.ts'
import type { ObjectStore } from '#platform/ports/object-store.ts'
import { makeStream } from '../../workers/transcode/pipeline.ts'

const run = promisify(execFile)

/** Runs the encoder with one thread. Gives what it printed; throws when it failed. */
export const ffmpeg = async (...options: readonly string[]): Promise<Buffer> => {
  const all = ['-v', 'error', '-nostdin', '-y', '-threads', '1', ...options]
  const { stdout } = await run(encoder.path, all, { encoding: 'buffer', maxBuffer: 256 * 1024 * 1024, timeout: 120_000 })
  return stdout
}

/** A film as a stream, and what a player would see and hear of it. */
export type MadeStream = {
  readonly durationMs: number
  readonly sizes: readonly string[]
  readonly leftOut: readonly string[]
  readonly text: (name: string) => Promise<string>
  /** Lengths of the segments of a rendition, in seconds. */
  readonly segments: (name: string) => Promise<readonly number[]>
  /** Frames of a rendition, at the size `width` × `height`, in `format`. */
  readonly frames: (name: string, picture: Picture) => Promise<readonly Buffer[]>
  /** Samples of a sound at 48 kHz, -1 to 1, from the first instant of the stream; both channels mixed, or the one of `channel`. */
  readonly samples: (name?: string, channel?: 0 | 1) => Promise<Float32Array>
  /** One file that holds all of a rendition. */
  readonly file: (name: string) => Promise<string>
}
export type Picture = {
  readonly width: number
  readonly height: number
  readonly format: 'gray' | 'yuv444p' | 'rgb24'
  readonly crop?: string
}

let made = 0

/** Makes a stream of a film. Throws what the worker says. */
export const streamOf = async (
  file: string,
  { path, objects }: { readonly path: string; readonly objects: ObjectStore },
): Promise<MadeStream> => {
  made += 1
  const uploadId = `u-${process.pid}-${made}`
  const work = join(path, uploadId)
  await mkdir(work)
  const leftOut: string[] = []
  const { prefix, durationMs, renditions } = await makeStream(
    { uploadId, titleId: `t-${made}`, workDir: work, fetchSource: async () => file },
    { objects, signal: AbortSignal.timeout(240_000), onProgress: () => undefined, onLeftOut: (what) => leftOut.push(what) },
  )
  const read = (name: string) => readObject(objects, objectKey(`${prefix}/${name}`))
  const text = async (name: string) => (await read(name)).toString('utf8')
  const segments = async (name: string) => [...(await text(`${name}.m3u8`)).matchAll(/#EXTINF:([\d.]+)/g)].map((match) => Number(match[1]))
  const joined = async (name: string): Promise<string> => {
    const parts = [await read(`${name}/init.mp4`)]
    for await (const { key } of objectsBelow(objects, objectKey(`${prefix}/${name}`)))
      if (key.endsWith('.m4s')) parts.push(await readObject(objects, key))
    const whole = join(work, `${name}-joined.mp4`)
    await writeFile(whole, Buffer.concat(parts))
    return whole
  }
  return {
    durationMs,
    sizes: renditions.map(({ width, height }) => `${width}x${height}`),
    leftOut,
    text,
    segments,
    file: joined,
    frames: async (name, { width, height, format, crop }) => {
      const filter = [...(crop === undefined ? [] : [`crop=${crop}`]), `scale=${width}:${height}:flags=area`, `format=${format}`].join(',')
      const colour = format === 'rgb24' ? ['-sws_flags', 'accurate_rnd+full_chroma_int'] : []
      const shown = format === 'rgb24' ? `scale=in_color_matrix=bt709,${filter}` : filter
      const bytes = await ffmpeg('-xerror', '-i', await joined(name), '-vf', shown, ...colour, '-f', 'rawvideo', '-')
      const size = width * height * (format === 'gray' ? 1 : 3)
      return Array.from({ length: bytes.length / size }, (_, at) => bytes.subarray(at * size, (at + 1) * size))
    },
    samples: async (name = 'audio', channel) => {
      const mix = channel === undefined ? 'pan=mono|c0=.5*c0+.5*c1' : `pan=mono|c0=c${channel}`
      // NOTE: `-copyts`, or the encoder would take its own run-up, which the edit list cuts, as the beginning.
      const filter = `aresample=48000:async=1:first_pts=0,${mix}`
      const bytes = await ffmpeg('-xerror', '-copyts', '-i', await joined(name), '-af', filter, '-f', 'f32le', '-')
      return new Float32Array(new Uint8Array(bytes).buffer)
    },
  }
}

/** When the picture is white after it was not, in seconds: where the zoo's films flash. */
export const flashesOf = async (stream: MadeStream, name: string, framesPerSecond: number): Promise<readonly number[]> => {
  const frames = await stream.frames(name, { width: 1, height: 1, format: 'gray', crop: 'iw/8:ih/10:iw*7/16:ih*.8' })
  const isWhite = frames.map(([luma = 0]) => luma > 150)
  return isWhite.flatMap((white, at) => (white && isWhite[at - 1] !== true ? [at / framesPerSecond] : []))
}

const silenceSamples = 4_800

/** When it is loud after 100 ms of silence, in seconds: where the zoo's films beep. */
export const beepsOf = (samples: Float32Array): readonly number[] => {
  const beeps: number[] = []
  let quietSince = -silenceSamples
  for (const [at, sample] of samples.entries()) {
    if (Math.abs(sample) < 0.1) continue
    if (at - quietSince >= silenceSamples) beeps.push(at / 48_000)
    quietSince = at
  }
  return beeps
}
