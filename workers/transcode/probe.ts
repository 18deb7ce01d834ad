import { CinegraphError } from '#platform/errors/errors.ts'
import { ffprobe } from './ffprobe.ts'

/** What is known of a film before it is encoded. */
export type Source = {
  readonly file: string
  readonly durationMs: number
  readonly width: number
  readonly height: number
  readonly framesPerSecond: number
  readonly hasAudio: boolean
}

/** Looks into a film. Throws SOURCE_UNREADABLE or SOURCE_WITHOUT_VIDEO. */
export const probe = async (file: string, signal?: AbortSignal): Promise<Source> => {
  const { format, streams } = await ffprobe(file, signal)
  const video = streams.find((stream) => stream.codec_type === 'video' && stream.disposition?.attached_pic !== 1)
  if (video === undefined) throw new CinegraphError('SOURCE_WITHOUT_VIDEO')
  const durationMs = Math.round(Number(video.duration ?? format.duration ?? 0) * 1000) || Math.round(Number(format.duration ?? 0) * 1000)
  if (!Number.isFinite(durationMs) || durationMs <= 0)
    throw new CinegraphError('SOURCE_UNREADABLE', { why: 'it does not say how long it is' })
  const rate = fraction(video.avg_frame_rate) ?? fraction(video.r_frame_rate) ?? 25
  const rotation = video.side_data_list?.find((each) => each.rotation !== undefined)?.rotation ?? 0
  const turned = Math.abs(rotation) % 180 === 90
  const [width, height] = turned ? [video.height ?? 0, video.width ?? 0] : [video.width ?? 0, video.height ?? 0]
  if (width < 16 || height < 16) throw new CinegraphError('SOURCE_UNREADABLE', { why: 'its picture has no size' })
  return {
    file,
    durationMs,
    width,
    height,
    framesPerSecond: Math.min(60, rate),
    hasAudio: streams.some((stream) => stream.codec_type === 'audio'),
  }
}

const fraction = (text: string | undefined): number | undefined => {
  const [over = 0, under = 0] = (text ?? '').split('/').map(Number)
  return over > 0 && under > 0 ? over / under : undefined
}
