import { bandwidthOf, keyBandwidthOf, targetSeconds } from './bandwidth.ts'
import { type Rendition, secondsOf } from './segments.ts'
import type { Thumbnails } from './thumbnails.ts'

export type VideoRendition = Rendition & { readonly width: number; readonly height: number; readonly framesPerSecond: number }
/** What viewers choose a track by. `language` is BCP 47. */
export type Choice = { readonly label: string; readonly language: string | undefined; readonly isDefault: boolean }
export type SoundRendition = Rendition & Choice & { readonly channels: number }
/** Subtitles in WebVTT, in one object. */
export type TextRendition = Choice & { readonly name: string; readonly isForced: boolean; readonly vtt: Buffer }
/** Everything that the manifests of one stream name. */
export type Presentation = {
  readonly videos: readonly VideoRendition[]
  readonly sounds: readonly SoundRendition[]
  readonly texts: readonly TextRendition[]
  readonly thumbnails?: Thumbnails | undefined
}

/** A media playlist (RFC 8216): one rendition, all its segments. */
export const mediaPlaylist = (rendition: Rendition): string => {
  const { name, segments } = rendition
  const head = [
    '#EXTM3U',
    '#EXT-X-VERSION:7',
    `#EXT-X-TARGETDURATION:${targetSeconds(rendition)}`,
    '#EXT-X-MEDIA-SEQUENCE:1',
    '#EXT-X-PLAYLIST-TYPE:VOD',
    '#EXT-X-INDEPENDENT-SEGMENTS',
    `#EXT-X-MAP:URI="${name}/init.mp4"`,
  ]
  return [...head, ...segments.flatMap((segment) => [`#EXTINF:${segment.duration.toFixed(5)},`, segment.name]), '#EXT-X-ENDLIST', ''].join(
    '\n',
  )
}

/** The pictures of a rendition that need no other (RFC 8216, section 4.3.3.6), for going through a film fast. */
export const keyPlaylist = (rendition: Rendition): string => {
  const { name, segments } = rendition
  const keys = segments.flatMap((segment) => segment.keys.map((key) => ({ ...key, name: segment.name })))
  const longest = Math.max(1, ...keys.map(({ duration }) => Math.round(duration)))
  return [
    ...['#EXTM3U', '#EXT-X-VERSION:7', `#EXT-X-TARGETDURATION:${longest}`, '#EXT-X-MEDIA-SEQUENCE:1', '#EXT-X-PLAYLIST-TYPE:VOD'],
    ...['#EXT-X-I-FRAMES-ONLY', `#EXT-X-MAP:URI="${name}/init.mp4"`],
    ...keys.flatMap((key) => [`#EXTINF:${key.duration.toFixed(5)},`, `#EXT-X-BYTERANGE:${key.end - key.start}@${key.start}`, key.name]),
    ...['#EXT-X-ENDLIST', ''],
  ].join('\n')
}
export const keyPlaylistName = ({ name }: Pick<Rendition, 'name'>): string => `${name}-keys.m3u8`

export const textObject = ({ name }: Pick<TextRendition, 'name'>): string => `${name}/00001.vtt`

/** A media playlist of subtitles: one segment that is as long as the film. */
export const textPlaylist = (text: Pick<TextRendition, 'name'>, seconds: number): string =>
  [
    ...['#EXTM3U', '#EXT-X-VERSION:7', `#EXT-X-TARGETDURATION:${Math.max(1, Math.round(seconds))}`, '#EXT-X-MEDIA-SEQUENCE:1'],
    ...['#EXT-X-PLAYLIST-TYPE:VOD', `#EXTINF:${seconds.toFixed(5)},`, textObject(text), '#EXT-X-ENDLIST', ''],
  ].join('\n')

const yes = (is: boolean): string => (is ? 'YES' : 'NO')
const choice = ({ label, language, isDefault }: Choice): string =>
  `NAME="${label}",${language === undefined ? '' : `LANGUAGE="${language}",`}DEFAULT=${yes(isDefault)},AUTOSELECT=YES`

/** The multivariant playlist: every picture, with all sounds and subtitles as groups. BANDWIDTH is the peak, as RFC 8216 section 4.3.4.2 wants. */
export const multivariantPlaylist = ({ videos, sounds, texts }: Presentation): string => {
  const rates = sounds.map(bandwidthOf)
  const [soundPeak, soundAverage] = [Math.max(...rates.map(({ peak }) => peak)), Math.max(...rates.map(({ average }) => average))]
  const variants = videos.flatMap((video) => {
    const { peak, average } = bandwidthOf(video)
    const bits = `BANDWIDTH=${peak + soundPeak},AVERAGE-BANDWIDTH=${average + soundAverage}`
    const picture = `RESOLUTION=${video.width}x${video.height},FRAME-RATE=${video.framesPerSecond.toFixed(3)},VIDEO-RANGE=SDR`
    const groups = `AUDIO="sound"${texts.length > 0 ? ',SUBTITLES="text"' : ''}`
    const codecs = `CODECS="${video.codec},${sounds[0]?.codec}"`
    return [`#EXT-X-STREAM-INF:${bits},${codecs},${picture},STABLE-VARIANT-ID="${video.name}",${groups}`, `${video.name}.m3u8`]
  })
  const keys = videos.map((video) => {
    const { peak, average } = keyBandwidthOf(video)
    const about = `CODECS="${video.codec}",RESOLUTION=${video.width}x${video.height},VIDEO-RANGE=SDR,STABLE-VARIANT-ID="${video.name}-keys"`
    return `#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=${peak},AVERAGE-BANDWIDTH=${average},${about},URI="${keyPlaylistName(video)}"`
  })
  const media = [
    ...sounds.map(
      (sound) =>
        `#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",${choice(sound)},STABLE-RENDITION-ID="${sound.name}",CHANNELS="${sound.channels}",URI="${sound.name}.m3u8"`,
    ),
    ...texts.map(
      (text) =>
        `#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="text",${choice(text)},STABLE-RENDITION-ID="${text.name}",FORCED=${yes(text.isForced)},URI="${text.name}.m3u8"`,
    ),
  ]
  return ['#EXTM3U', '#EXT-X-VERSION:7', '#EXT-X-INDEPENDENT-SEGMENTS', ...media, ...variants, ...keys, ''].join('\n')
}

/** How long the pictures of a stream last. */
export const presentationSeconds = ({ videos }: Pick<Presentation, 'videos'>): number => Math.max(...videos.map(secondsOf))
