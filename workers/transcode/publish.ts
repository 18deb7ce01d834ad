import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { type ObjectKey, objectKey } from '#platform/contracts/object-key.ts'
import type { EventOf } from '#platform/contracts/topic.ts'
import { type packaged as packagedTopic, TitlePackaged } from '#platform/contracts/topics/ingest.packaged.ts'
import { isCinegraphError } from '#platform/errors/errors.ts'
import { mediaType } from '#platform/files/media-type.ts'
import { objectsBelow, readObject } from '#platform/files/read-object.ts'
import type { ObjectStore } from '#platform/ports/object-store.ts'
import { dashManifest } from './package/dash.ts'
import { mediaPlaylist, multivariantPlaylist, type VideoRendition } from './package/hls.ts'

import { bandwidthOf, type Rendition, secondsOf } from './package/segments.ts'

type Packaged = EventOf<typeof packagedTopic>
type Film = { readonly uploadId: string; readonly titleId: string }
export type Publication = Film & { readonly videos: readonly VideoRendition[]; readonly audio: Rendition }

/** Names the one stream that was published for an upload. */
const receiptKey = ({ uploadId, titleId }: Film): ObjectKey => objectKey(`streams/${titleId}/${uploadId}.json`)

/** What was published for an upload; null when nothing was. */
export const published = async (objects: ObjectStore, film: Film): Promise<Packaged | null> => {
  const key = receiptKey(film)
  if ((await objects.head(key)) === null) return null
  return z.parse(TitlePackaged, JSON.parse((await readObject(objects, key)).toString('utf8')))
}

/**
 * Puts segments and playlists below a prefix of their own, then the receipt, which is put only while there is none. Nobody
 * has an address below the prefix before the receipt names it, so the stream appears in one step; of two workers that make
 * the same film one publishes, and both give what was published.
 */
export const publish = async (objects: ObjectStore, publication: Publication): Promise<Packaged> => {
  const { uploadId, titleId } = publication
  const prefix = objectKey(`streams/${titleId}/${uploadId}/${randomUUID().slice(0, 8)}`)
  const packaged = await putStream(objects, prefix, publication)
  try {
    const receipt = Buffer.from(JSON.stringify(packaged))
    await objects.put(receiptKey(publication), receipt, { type: 'application/json', condition: { ifAbsent: true } })
    return packaged
  } catch (error) {
    const first = isCinegraphError(error) && error.code === 'PRECONDITION_FAILED' ? await published(objects, publication) : null
    if (first === null) throw error
    for await (const { key } of objectsBelow(objects, prefix)) await objects.remove(key)
    return first
  }
}

const putStream = async (objects: ObjectStore, prefix: ObjectKey, { uploadId, titleId, videos, audio }: Publication): Promise<Packaged> => {
  const put = (name: string, body: Buffer | string) =>
    objects.put(objectKey(`${prefix}/${name}`), Buffer.from(body), { type: mediaType(name) })
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
  return { uploadId, titleId, prefix, durationMs: Math.round(1000 * Math.max(...videos.map(secondsOf))), renditions }
}
