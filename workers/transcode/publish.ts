import { z } from 'zod'
import type { EventOf } from '#platform/contracts/topic.ts'
import { type packaged as packagedTopic, TitlePackaged } from '#platform/contracts/topics/ingest.packaged.ts'
import type { ObjectStore } from '#platform/ports/object-store.ts'
import { dashManifest } from './package/dash.ts'
import { mediaPlaylist, multivariantPlaylist, type VideoRendition } from './package/hls.ts'
import { bandwidthOf, type Rendition, secondsOf } from './package/segments.ts'

type Packaged = EventOf<typeof packagedTopic>
export type Publication = {
  readonly uploadId: string
  readonly titleId: string
  readonly videos: readonly VideoRendition[]
  readonly audio: Rendition
}

export const prefixOf = (titleId: string, uploadId: string): string => `streams/${titleId}/${uploadId}`
const receiptKey = (prefix: string): string => `${prefix}/packaged.json`

/** What was published under a prefix; null when nothing was, or not all of it. */
export const published = async (objects: ObjectStore, prefix: string): Promise<Packaged | null> => {
  if ((await objects.head(receiptKey(prefix))) === null) return null
  const chunks = await (await objects.get(receiptKey(prefix))).toArray()
  return z.parse(TitlePackaged, JSON.parse(Buffer.concat(chunks).toString('utf8')))
}

/**
 * Puts segments, then playlists, then the receipt. Nobody has an address below the prefix before catalog publishes one,
 * so the stream appears in one step, whole.
 */
export const publish = async (objects: ObjectStore, { uploadId, titleId, videos, audio }: Publication): Promise<Packaged> => {
  const prefix = prefixOf(titleId, uploadId)
  const put = (name: string, body: Buffer | string) => objects.put(`${prefix}/${name}`, Buffer.from(body))
  for (const rendition of [...videos, audio]) {
    await put(`${rendition.name}/init.mp4`, rendition.init)
    for (const segment of rendition.segments) await put(segment.name, segment.bytes)
    await put(`${rendition.name}.m3u8`, mediaPlaylist(rendition))
  }
  await put('manifest.mpd', dashManifest(videos, audio))
  await put('master.m3u8', multivariantPlaylist(videos, audio))
  const renditions = videos.map((video) => ({
    name: video.name,
    width: video.width,
    height: video.height,
    bitrateKbps: Math.round(bandwidthOf(video).average / 1000),
    codecs: video.codec,
  }))
  const packaged = { uploadId, titleId, prefix, durationMs: Math.round(1000 * Math.max(...videos.map(secondsOf))), renditions }
  await put('packaged.json', JSON.stringify(packaged))
  return packaged
}
