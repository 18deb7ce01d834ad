import { rateText } from '../frame-rate.ts'
import { bandwidthOf } from './bandwidth.ts'
import {
  type Choice,
  type Presentation,
  presentationSeconds,
  type SoundRendition,
  type TextRendition,
  textObject,
  type VideoRendition,
} from './hls.ts'
import type { Rendition } from './segments.ts'
import { columns, rows, type Thumbnails } from './thumbnails.ts'

/** A manifest (ISO/IEC 23009-1) over the same segments that the HLS playlists name. */
export const dashManifest = (presentation: Presentation): string => {
  const { videos, sounds, texts, thumbnails } = presentation
  const longest = videos
    .flatMap((video) => video.segments.map((segment) => segment.duration))
    .reduce((most, each) => Math.max(most, each), 0)
  const sets = [videoSet(videos), ...sounds.map(soundSet), ...texts.map((text, at) => textSet(text, 2 + sounds.length + at))]
  if (thumbnails !== undefined) sets.push(imageSet(thumbnails, 2 + sounds.length + texts.length))
  return `<?xml version="1.0" encoding="UTF-8"?>
<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" profiles="urn:mpeg:dash:profile:isoff-live:2011" type="static" mediaPresentationDuration="PT${presentationSeconds(presentation).toFixed(3)}S" minBufferTime="PT${longest.toFixed(3)}S">
  <Period id="1" start="PT0S">
${sets.join('\n')}
  </Period>
</MPD>
`
}

const videoSet = (videos: readonly VideoRendition[]): string => {
  const pictures = videos.map((video) => {
    const size = `width="${video.width}" height="${video.height}" frameRate="${rateText(video.framesPerSecond)}" sar="1:1"`
    return representation(video, size, '')
  })
  return `    <AdaptationSet id="1" contentType="video" mimeType="video/mp4" segmentAlignment="true" startWithSAP="1">
${pictures.join('\n')}
    </AdaptationSet>`
}

const soundSet = (sound: SoundRendition, at: number): string => {
  const channels = `<AudioChannelConfiguration schemeIdUri="urn:mpeg:dash:23003:3:audio_channel_configuration:2011" value="${sound.channels}"/>`
  return `    <AdaptationSet id="${2 + at}" contentType="audio" mimeType="audio/mp4"${langOf(sound)} segmentAlignment="true" startWithSAP="1">
      ${described(sound, sound.isDefault ? 'main' : 'alternate')}
${representation(sound, 'audioSamplingRate="48000"', channels)}
    </AdaptationSet>`
}

const textSet = (text: TextRendition, id: number): string =>
  `    <AdaptationSet id="${id}" contentType="text" mimeType="text/vtt"${langOf(text)}>
      ${described(text, text.isForced ? 'forced-subtitle' : 'subtitle')}
      <Representation id="${text.name}" bandwidth="1000"><BaseURL>${textObject(text)}</BaseURL></Representation>
    </AdaptationSet>`

/** Sheets of small pictures (DASH-IF IOP part 4, tiles of thumbnails): one object is a sheet. */
const imageSet = (thumbnails: Thumbnails, id: number): string => {
  const { seconds, width, height } = thumbnails
  const sheetSeconds = seconds * columns * rows
  const bandwidth = Math.ceil(Math.max(...thumbnails.sheetBytes.map((bytes) => (8 * bytes) / sheetSeconds)))
  return `    <AdaptationSet id="${id}" contentType="image" mimeType="image/jpeg">
      <SegmentTemplate timescale="1000" duration="${Math.round(1_000 * sheetSeconds)}" startNumber="1" media="thumbnails/$Number%05d$.jpg"/>
      <Representation id="thumbnails" bandwidth="${bandwidth}" width="${width * columns}" height="${height * rows}"><EssentialProperty schemeIdUri="http://dashif.org/guidelines/thumbnail_tile" value="${columns}x${rows}"/></Representation>
    </AdaptationSet>`
}

const langOf = ({ language }: Choice): string => (language === undefined ? '' : ` lang="${language}"`)
const described = ({ label }: Choice, role: string): string =>
  `<Label>${label.replace(/[<>&]/g, (sign) => `&#${sign.charCodeAt(0)};`)}</Label><Role schemeIdUri="urn:mpeg:dash:role:2011" value="${role}"/>`

const representation = (rendition: Rendition, attributes: string, inner: string): string => {
  const { name, codec, timescale, segments } = rendition
  const ticks = (seconds: number): number => Math.round(seconds * timescale)
  const timeline = segments.map((segment) => `<S t="${ticks(segment.start)}" d="${ticks(segment.duration)}"/>`).join('')
  const template = `<SegmentTemplate timescale="${timescale}" startNumber="1" initialization="${name}/init.mp4" media="${name}/$Number%05d$.m4s"><SegmentTimeline>${timeline}</SegmentTimeline></SegmentTemplate>`
  return `      <Representation id="${name}" codecs="${codec}" bandwidth="${bandwidthOf(rendition).peak}" ${attributes}>${inner}${template}</Representation>`
}
