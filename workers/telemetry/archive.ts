import { createHash, randomUUID } from 'node:crypto'
import { promisify } from 'node:util'
import { gunzipSync, gzip } from 'node:zlib'
import { type ObjectKey, objectKey } from '#platform/contracts/object-key.ts'
import type { heartbeats } from '#platform/contracts/topics/playback.heartbeats.ts'
import { objectsBelow, readObject } from '#platform/files/read-object.ts'
import type { Envelope } from '#platform/ports/event-log.ts'
import type { ObjectStore } from '#platform/ports/object-store.ts'

export type Archived = Envelope<typeof heartbeats>

const compress = promisify(gzip)

/** `2026-11-21/08`: the hour, in UTC, in which events came in. */
export const hourOf = (at: Date): string => at.toISOString().slice(0, 13).replace('T', '/')
const folderOf = (hour: string): ObjectKey => objectKey(`archive/playback.heartbeats/${hour}`)

/** Writes events as one file of gzipped JSON lines, which changes only when a profile is taken out of it. */
export const archive = async (objects: ObjectStore, events: readonly Archived[], at: Date): Promise<void> => {
  await save(objects, objectKey(`${folderOf(hourOf(at))}/${at.getTime()}-${randomUUID()}.ndjson.gz`), events)
}

const save = async (objects: ObjectStore, key: ObjectKey, events: readonly Archived[]): Promise<void> => {
  const lines = events.map((event) => JSON.stringify(event)).join('\n')
  await objects.put(key, await compress(`${lines}\n`, { level: 1 }), { type: 'application/gzip' })
}

const anonymous = 'removed'

/** Takes profiles out of the archive: their lines stay, for the figures, without saying whose they are and on which device. */
export const forget = async (objects: ObjectStore, profileIds: ReadonlySet<string>): Promise<void> => {
  for await (const { key } of objectsBelow(objects, objectKey('archive/playback.heartbeats'))) {
    const events = await readFile(objects, key)
    if (!events.some(({ data }) => profileIds.has(data.profileId))) continue
    const kept = events.map((event) =>
      profileIds.has(event.data.profileId)
        ? { ...event, data: { ...event.data, profileId: anonymous, deviceId: anonymous, sessionId: pseudonym(event.data.sessionId) } }
        : event,
    )
    await save(objects, key, kept)
  }
}

/** NOTE: sessions are counted, so that those of one stay one. */
const pseudonym = (sessionId: string): string => createHash('sha256').update(`${salt} ${sessionId}`).digest('hex').slice(0, 16)
const salt = randomUUID()

/** The files of an hour's archive, oldest first. */
export const filesOf = async (objects: ObjectStore, hour: string): Promise<readonly ObjectKey[]> =>
  (await Array.fromAsync(objectsBelow(objects, folderOf(hour)), ({ key }) => key)).toSorted()

export const readFile = async (objects: ObjectStore, key: ObjectKey): Promise<readonly Archived[]> =>
  gunzipSync(await readObject(objects, key))
    .toString('utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Archived)
