import { open, stat } from 'node:fs/promises'
import { CinegraphError } from '#platform/errors/errors.ts'
import { pixelsMax } from './bounds.ts'
import { ffprobe, type Probed, type ProbedStream } from './ffprobe.ts'
import { type Picture, pictureOf } from './picture.ts'
import { topBoxes, whyUnreadable } from './unreadable.ts'

/** A track as its source describes it; `index` is its number among all streams of the file. */
export type Track = {
  readonly index: number
  readonly language: string | undefined
  readonly title: string | undefined
  readonly isDefault: boolean
}
export type AudioTrack = Track & { readonly channels: number }
export type TextTrack = Track & { readonly isForced: boolean }

/** What a film says of itself. `durationMs` is 0 where it does not say; only its packets tell for certain. */
export type Source = {
  readonly file: string
  readonly fileBytes: number
  readonly durationMs: number
  /** Size as it is to be shown: upright and with square pixels. */
  readonly width: number
  readonly height: number
  readonly framesPerSecond: number
  readonly picture: Picture
  readonly audio: readonly AudioTrack[]
  readonly texts: readonly TextTrack[]
  /** Whether its container has an index, by which a decoder can be sent to an instant. */
  readonly hasIndex: boolean
  /** How long the container says that it is, where it keeps that apart from the packets. */
  readonly declaredSeconds: number | undefined
}

const tracksMax = 32
/** A source with more tracks than this, without attached files, is no film. */
const tracksInFileMax = 200

/** Looks into a film. Throws SOURCE_UNREADABLE or SOURCE_WITHOUT_VIDEO. */
export const probe = async (file: string, signal?: AbortSignal): Promise<Source> => {
  const probed = await ffprobe(file, signal)
  const { streams, format } = probed
  refuseCrowd(streams)
  const video = pictureStream(streams)
  if (video === undefined) return withoutVideo(file, probed)
  refuseProtected(streams)
  if (format.format_name.startsWith('mov')) await refuseMovie(file)
  const picture = pictureOf(video)
  const { width, height } = picture
  if (width < 16 || height < 16) throw new CinegraphError('SOURCE_UNREADABLE', { why: 'its picture has no size' })
  if (width * height > pixelsMax)
    throw new CinegraphError('SOURCE_UNREADABLE', { why: `its picture has ${width} × ${height} pixels, which is too many` })
  const durationMs = Math.round(Number(video.duration ?? format.duration ?? 0) * 1000) || Math.round(Number(format.duration ?? 0) * 1000)
  return {
    file,
    fileBytes: (await stat(file)).size,
    durationMs: Number.isFinite(durationMs) && durationMs > 0 ? durationMs : 0,
    width,
    height,
    framesPerSecond: Math.min(60, fraction(video.avg_frame_rate) ?? fraction(video.r_frame_rate) ?? 25),
    picture,
    audio: tracksOf(streams, 'audio').map((stream) => ({ ...trackOf(stream), channels: stream.channels ?? 2 })),
    texts: tracksOf(streams, 'subtitle')
      .filter(isText)
      .map((stream) => ({ ...trackOf(stream), isForced: stream.disposition?.forced === 1 })),
    hasIndex: /^(mov|matroska)/.test(format.format_name),
    declaredSeconds: declaredSeconds(probed, video),
  }
}

/** The film's own picture: neither cover art nor a still track beside it. */
const pictureStream = (streams: readonly ProbedStream[]): ProbedStream | undefined => {
  const videos = streams.filter(
    ({ codec_type, disposition }) => codec_type === 'video' && disposition?.attached_pic !== 1 && disposition?.timed_thumbnails !== 1,
  )
  const isStill = ({ codec_name, avg_frame_rate }: ProbedStream) =>
    ['png', 'bmp', 'gif', 'webp'].includes(codec_name ?? '') || (codec_name === 'mjpeg' && fraction(avg_frame_rate) === undefined)
  const moving = videos.filter((stream) => !isStill(stream))
  const [first = videos[0], ...others] = moving
  return others.find(({ disposition }) => disposition?.default === 1 && first?.disposition?.default !== 1) ?? first
}

const withoutVideo = async (file: string, { streams }: Probed): Promise<never> => {
  if (streams.length > 0) throw new CinegraphError('SOURCE_WITHOUT_VIDEO')
  throw new CinegraphError('SOURCE_UNREADABLE', { why: await whyUnreadable(file) })
}

/** Apple's positional sound says of itself that it is AAC, which it is not. */
const unknownCodecs = new Set(['none', 'unknown', 'apac'])

const tracksOf = (streams: readonly ProbedStream[], type: string): readonly ProbedStream[] =>
  streams
    .filter(
      ({ codec_type, codec_name, codec_tag_string = '' }) =>
        codec_type === type && !unknownCodecs.has(codec_name ?? 'none') && !unknownCodecs.has(codec_tag_string),
    )
    .toSorted((one, other) => (other.disposition?.default ?? 0) - (one.disposition?.default ?? 0))
    .slice(0, tracksMax)

const isText = ({ codec_name }: ProbedStream): boolean =>
  ['subrip', 'srt', 'ass', 'ssa', 'mov_text', 'webvtt', 'text'].includes(codec_name ?? '')

const trackOf = ({ index, tags, disposition }: ProbedStream): Track => ({
  index,
  language: tags?.language === 'und' ? undefined : tags?.language,
  title: tags?.title ?? handlerName(tags?.handler_name),
  isDefault: disposition?.default === 1,
})

/** NOTE: most muxers put their own name there. */
const handlerName = (name: string | undefined): string | undefined =>
  name === undefined || /handler|gpac|core media|isom|^\s*$/i.test(name) ? undefined : name

const refuseCrowd = (streams: readonly ProbedStream[]): void => {
  const count = streams.filter(({ codec_type }) => codec_type !== 'attachment').length
  if (count > tracksInFileMax)
    throw new CinegraphError('SOURCE_UNREADABLE', { why: `it has ${count} tracks, and at most ${tracksInFileMax} are taken` })
}

const refuseProtected = (streams: readonly ProbedStream[]): void => {
  const dolby = streams.flatMap(({ side_data_list = [] }) => side_data_list).find(({ dv_profile }) => dv_profile === 5)
  if (dolby !== undefined)
    throw new CinegraphError('SOURCE_UNREADABLE', {
      why: 'it is Dolby Vision of profile 5, whose picture only its own players show; profile 8 is taken',
    })
}

const indexBytesMax = 256 * 1024 * 1024

/**
 * Refuses an MP4 file that is encrypted (ISO/IEC 23001-7), and several of them in one.
 * NOTE: of files that were put one after the other only the first would be read, and the rest lost silently; the prober does
 * not say that a track is encrypted, and the decoder makes noise of it.
 */
const refuseMovie = async (file: string): Promise<void> => {
  await using handle = await open(file)
  const [moov, ...others] = (await topBoxes(handle)).filter(({ type }) => type === 'moov')
  if (others.length > 0)
    throw new CinegraphError('SOURCE_UNREADABLE', { why: 'several films stand in it, one after the other; join them with an editor' })
  if (moov === undefined || moov.end - moov.start > indexBytesMax) return
  const { buffer } = await handle.read(Buffer.alloc(moov.end - moov.start), 0, moov.end - moov.start, moov.start)
  if ((buffer.includes('encv') || buffer.includes('enca')) && buffer.includes('sinf'))
    throw new CinegraphError('SOURCE_UNREADABLE', { why: 'it is encrypted (DRM), and its key is not here' })
}

/** Containers whose header says how long they are; of others it is worked out from the last packets. */
const declaredSeconds = ({ streams, format }: Probed, video: ProbedStream): number | undefined => {
  const { format_name } = format
  const own = /^(mov|avi|asf|mxf)/.test(format_name) ? video.duration : undefined
  const hasTexts = streams.some(({ codec_type }) => codec_type === 'subtitle')
  const common = /^(flv|matroska)/.test(format_name) && !hasTexts ? format.duration : undefined
  // NOTE: Matroska counts from zero, wherever its first packet is.
  const seconds = own === undefined ? Number(common) - Math.max(0, Number(format.start_time ?? 0)) : Number(own)
  return Number.isFinite(seconds) ? seconds : undefined
}

const fraction = (text: string | undefined): number | undefined => {
  const [over = 0, under = 0] = (text ?? '').split('/').map(Number)
  return over > 0 && under > 0 ? over / under : undefined
}
