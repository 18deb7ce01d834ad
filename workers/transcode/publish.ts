import { randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { z } from 'zod'
import { isBelow, type ObjectKey, objectKey } from '#platform/contracts/object-key.ts'
import type { EventOf } from '#platform/contracts/topic.ts'
import { type packaged as packagedTopic, TitlePackaged } from '#platform/contracts/topics/ingest.packaged.ts'
import { isCinegraphError } from '#platform/errors/errors.ts'
import { mediaType } from '#platform/files/media-type.ts'
import { findObject, objectsBelow } from '#platform/files/read-object.ts'
import type { ObjectBody, ObjectStore } from '#platform/ports/object-store.ts'
import { bandwidthOf } from './package/bandwidth.ts'
import { dashManifest } from './package/dash.ts'
import {
  keyPlaylist,
  keyPlaylistName,
  mediaPlaylist,
  multivariantPlaylist,
  type Presentation,
  presentationSeconds,
  textObject,
  textPlaylist,
} from './package/hls.ts'
import { sheetName, type Thumbnails, thumbnailsName, thumbnailsVtt } from './package/thumbnails.ts'

type Packaged = EventOf<typeof packagedTopic>
type Film = { readonly uploadId: string; readonly titleId: string }
export type Publication = Film & Presentation

/** Names the one stream that was published for an upload. */
const receiptKey = ({ uploadId, titleId }: Film): ObjectKey => objectKey(`streams/${titleId}/${uploadId}.json`)

/** What was published for an upload; null when nothing was. */
export const published = async (objects: ObjectStore, film: Film): Promise<Packaged | null> => {
  const found = await findObject(objects, receiptKey(film))
  return found === null ? null : z.parse(TitlePackaged, JSON.parse(found.toString('utf8')))
}

/**
 * Puts segments and playlists below a prefix of their own, then the receipt, which is put only while there is none. Nobody
 * has an address below the prefix before the receipt names it, so the stream appears in one step; of two workers that make
 * the same film one publishes, and both give what was published. What any other worker has put for this upload is removed.
 */
export const publish = async (objects: ObjectStore, publication: Publication): Promise<Packaged> => {
  const { uploadId, titleId } = publication
  const prefix = objectKey(`streams/${titleId}/${uploadId}/${randomUUID().slice(0, 8)}`)
  const packaged = await putStream(objects, prefix, publication)
  const winner = await putReceipt(objects, publication, packaged)
  await removeOthers(objects, winner)
  return winner
}

/** The stream that the one receipt of an upload names: this one, or the one of a worker that was first. */
const putReceipt = async (objects: ObjectStore, film: Film, packaged: Packaged): Promise<Packaged> => {
  try {
    const receipt = Buffer.from(JSON.stringify(packaged))
    await objects.put(receiptKey(film), receipt, { type: 'application/json', condition: { ifAbsent: true } })
    return packaged
  } catch (error) {
    const first = isCinegraphError(error) && error.code === 'PRECONDITION_FAILED' ? await published(objects, film) : null
    if (first === null) throw error
    return first
  }
}

/**
 * Removes what workers have put for an upload that another published, also those that were killed. NOTE: only once there is
 * a receipt: a worker that is still at it then loses, and removes what it puts from now on.
 */
export const removeOthers = (objects: ObjectStore, { prefix, ...film }: Packaged): Promise<void> => {
  const kept = objectKey(prefix)
  return removeStreams(objects, film, (key) => isBelow(key, kept))
}

/** What workers have put of the streams of an upload, but for what is kept. */
export const removeStreams = async (
  objects: ObjectStore,
  { titleId, uploadId }: Film,
  isKept = (_key: ObjectKey) => false,
): Promise<void> => {
  for await (const { key } of objectsBelow(objects, objectKey(`streams/${titleId}/${uploadId}`)))
    if (!isKept(key)) await objects.remove(key)
}

const putThumbnails = async (thumbnails: Thumbnails, put: (name: string, body: ObjectBody | string) => Promise<unknown>): Promise<void> => {
  for (const [at, file] of thumbnails.files.entries()) await put(sheetName(at), createReadStream(file))
  await put(thumbnailsName, thumbnailsVtt(thumbnails))
}

const putStream = async (objects: ObjectStore, prefix: ObjectKey, publication: Publication): Promise<Packaged> => {
  const { uploadId, titleId, videos, sounds, texts, thumbnails } = publication
  const seconds = presentationSeconds(publication)
  const put = (name: string, body: ObjectBody | string) =>
    objects.put(objectKey(`${prefix}/${name}`), typeof body === 'string' ? Buffer.from(body) : body, { type: mediaType(name) })
  for (const rendition of [...videos, ...sounds]) {
    await put(`${rendition.name}/init.mp4`, rendition.init)
    for (const segment of rendition.segments) await put(segment.name, segment.read())
    await put(`${rendition.name}.m3u8`, mediaPlaylist(rendition))
  }
  for (const video of videos) await put(keyPlaylistName(video), keyPlaylist(video))
  if (thumbnails !== undefined) await putThumbnails(thumbnails, put)
  for (const text of texts) {
    await put(textObject(text), text.vtt)
    await put(`${text.name}.m3u8`, textPlaylist(text, seconds))
  }
  await put('manifest.mpd', dashManifest(publication))
  await put('master.m3u8', multivariantPlaylist(publication))
  const renditions = videos.map((video) => ({
    name: video.name,
    width: video.width,
    height: video.height,
    bitrateKbps: Math.round(bandwidthOf(video).average / 1000),
    codecs: video.codec,
  }))
  return { uploadId, titleId, prefix, durationMs: Math.max(1, Math.round(1000 * seconds)), renditions }
}
