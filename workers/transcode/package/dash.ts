import type { VideoRendition } from './hls.ts'
import { bandwidthOf, type Rendition, secondsOf } from './segments.ts'

/** A manifest (ISO/IEC 23009-1) over the same segments that the HLS playlists name. */
export const dashManifest = (videos: readonly VideoRendition[], audio: Rendition): string => {
  const seconds = Math.max(...videos.map(secondsOf))
  const pictures = videos.map((video) =>
    representation(video, `width="${video.width}" height="${video.height}" frameRate="${frameRate(video.framesPerSecond)}" sar="1:1"`, ''),
  )
  const sound = representation(
    audio,
    'audioSamplingRate="48000"',
    '<AudioChannelConfiguration schemeIdUri="urn:mpeg:dash:23003:3:audio_channel_configuration:2011" value="2"/>',
  )
  const longest = Math.max(...videos.flatMap((video) => video.segments.map((segment) => segment.duration)))
  return `<?xml version="1.0" encoding="UTF-8"?>
<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" profiles="urn:mpeg:dash:profile:isoff-live:2011" type="static" mediaPresentationDuration="PT${seconds.toFixed(3)}S" minBufferTime="PT${longest.toFixed(3)}S">
  <Period id="1" start="PT0S">
    <AdaptationSet id="1" contentType="video" mimeType="video/mp4" segmentAlignment="true" startWithSAP="1">
${pictures.join('\n')}
    </AdaptationSet>
    <AdaptationSet id="2" contentType="audio" mimeType="audio/mp4" segmentAlignment="true" startWithSAP="1">
${sound}
    </AdaptationSet>
  </Period>
</MPD>
`
}

const frameRate = (framesPerSecond: number): string =>
  Number.isInteger(framesPerSecond) ? String(framesPerSecond) : `${Math.round(framesPerSecond * 1001)}/1001`

const representation = (rendition: Rendition, attributes: string, inner: string): string => {
  const { name, codec, timescale, segments } = rendition
  const ticks = (seconds: number): number => Math.round(seconds * timescale)
  const timeline = segments.map((segment) => `<S t="${ticks(segment.start)}" d="${ticks(segment.duration)}"/>`).join('')
  const template = `<SegmentTemplate timescale="${timescale}" startNumber="1" initialization="${name}/init.mp4" media="${name}/$Number%05d$.m4s"><SegmentTimeline>${timeline}</SegmentTimeline></SegmentTemplate>`
  return `      <Representation id="${name}" codecs="${codec}" bandwidth="${bandwidthOf(rendition).peak}" ${attributes}>${inner}${template}</Representation>`
}
