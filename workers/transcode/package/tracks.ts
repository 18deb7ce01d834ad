import type { Encoded } from '../encode.ts'
import { segmentSeconds } from '../plan.ts'
import { primingSamples } from '../sound.ts'
import { withEditList, withIdentityMatrix } from './boxes.ts'
import { readTrack } from './fragments.ts'
import type { SoundRendition, VideoRendition } from './hls.ts'
import { cutSegments } from './segments.ts'

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
