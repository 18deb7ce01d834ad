import assert from 'node:assert/strict'
import type { Page } from 'playwright-core'

export type Sound = {
  /** Bytes of sound that were decoded while it was measured. */
  readonly decodedBytes: number
  /** The loudest moment: root mean square of some 40 ms, where 1 is full scale. */
  readonly level: number
}

/** Measures the sound of the video that plays in a page, for at most `ms`: what is decoded, before the element's own volume. */
const measureSound = (page: Page, ms: number): Promise<Sound> =>
  page.evaluate(async (limitMs) => {
    type Sounding = HTMLVideoElement & { readonly webkitAudioDecodedByteCount: number; readonly captureStream: () => MediaStream }
    const video = [...document.querySelectorAll('video')].find((each) => !each.paused) as Sounding | undefined
    if (video === undefined) return { decodedBytes: 0, level: 0 }
    const before = video.webkitAudioDecodedByteCount
    const context = new AudioContext()
    const analyser = new AnalyserNode(context, { fftSize: 2_048 })
    const stream = video.captureStream()
    if (stream.getAudioTracks().length > 0) context.createMediaStreamSource(stream).connect(analyser)
    const samples = new Float32Array(analyser.fftSize)
    let [level, decodedBytes] = [0, 0]
    for (const end = performance.now() + limitMs; performance.now() < end && (level < 0.02 || decodedBytes < 2_000); ) {
      await new Promise((resolve) => setTimeout(resolve, 50))
      analyser.getFloatTimeDomainData(samples)
      level = Math.max(level, Math.sqrt(samples.reduce((sum, each) => sum + each * each, 0) / samples.length))
      decodedBytes = video.webkitAudioDecodedByteCount - before
    }
    await context.close()
    return { decodedBytes, level }
  }, ms)

/** Fails unless the video that plays in this page can be heard. */
export const assertSound = async (page: Page): Promise<void> => {
  const { decodedBytes, level } = await measureSound(page, 10_000)
  assert.ok(decodedBytes > 0, 'sound is decoded')
  assert.ok(level > 0.02, `the sound is loud enough to be heard: ${level}`)
}
