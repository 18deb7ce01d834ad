import type { EventOf } from '#platform/contracts/topic.ts'
import type { packaged } from '#platform/contracts/topics/ingest.packaged.ts'
import type { ObjectStore } from '#platform/ports/object-store.ts'
import { makeArtwork } from './artwork.ts'
import { checkStream } from './check.ts'
import { type Encoded, encodeLadder } from './encode.ts'
import { withEditList, withIdentityMatrix } from './package/boxes.ts'
import { readTrack } from './package/fragments.ts'
import type { SoundRendition, VideoRendition } from './package/hls.ts'
import { cutSegments } from './package/segments.ts'
import { planLadder, segmentSeconds } from './plan.ts'
import { probe } from './probe.ts'
import { publish, published, removeOthers } from './publish.ts'
import { primingSamples, soundsOf } from './sound.ts'
import { extractTexts } from './texts.ts'
import { measure } from './timeline.ts'

export type Film = {
  readonly uploadId: string
  readonly titleId: string
  readonly workDir: string
  readonly fetchSource: () => Promise<string>
}
export type PipelineDeps = {
  readonly objects: ObjectStore
  readonly signal: AbortSignal
  readonly onProgress: (step: string, percent: number) => void
  /** Takes a sentence about each part of a source that is not in the stream. */
  readonly onLeftOut?: (what: string) => void
}

/** From a film to a stream: probe → measure → plan → encode → package → check → publish. A film that was published is not made again. */
export const makeStream = async (
  { uploadId, titleId, workDir, fetchSource }: Film,
  { objects, signal, onProgress, onLeftOut = () => undefined }: PipelineDeps,
): Promise<EventOf<typeof packaged>> => {
  const before = await published(objects, { titleId, uploadId })
  if (before !== null) {
    await removeOthers(objects, before)
    return before
  }
  onProgress('fetching', 1)
  const file = await fetchSource()
  onProgress('probing', 3)
  const source = await probe(file, signal)
  const timeline = await measure(source, signal)
  if (timeline.audio.length < source.audio.length) onLeftOut('A track of sound cannot be decoded.')
  const plan = planLadder({ ...source, framesPerSecond: timeline.framesPerSecond })
  const onPercent = (percent: number) => onProgress('encoding', 5 + percent * 0.85)
  const encoded = await encodeLadder({ source, timeline, plan, sounds: soundsOf(timeline.audio) }, { workDir, signal, onPercent })
  const texts = await extractTexts(source, timeline, { workDir, signal, onLeftOut })
  onProgress('packaging', 92)
  const { videos, sounds } = await packageTracks(encoded, timeline.framesPerSecond)
  checkStream(timeline, videos, sounds)
  signal.throwIfAborted()
  onProgress('publishing', 96)
  await makeArtwork(objects, titleId, { video: videos.at(-1), workDir, signal })
  return publish(objects, { uploadId, titleId, videos, sounds, texts })
}

/** What was encoded as renditions; their bytes stay in the files. */
export const packageTracks = async ({ video, audio }: Encoded, framesPerSecond: number) => {
  const videos: VideoRendition[] = []
  for (const { rung, file } of video) {
    const rendition = cutSegments(rung.name, await readTrack(file), segmentSeconds)
    videos.push({ ...rendition, init: withIdentityMatrix(rendition.init), width: rung.width, height: rung.height, framesPerSecond })
  }
  const sounds: SoundRendition[] = []
  for (const { sound, file } of audio) {
    const rendition = cutSegments(sound.name, await readTrack(file), segmentSeconds)
    const { label, language, isDefault } = sound
    sounds.push({ ...rendition, init: withEditList(rendition.init, primingSamples), label, language, isDefault, channels: 2 })
  }
  return { videos, sounds }
}
