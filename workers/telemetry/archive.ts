import { randomUUID } from 'node:crypto'
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

/** Writes events as one file of gzipped JSON lines that never changes again. */
export const archive = async (objects: ObjectStore, events: readonly Archived[], at: Date): Promise<void> => {
  const lines = events.map((event) => JSON.stringify(event)).join('\n')
  const key = objectKey(`${folderOf(hourOf(at))}/${at.getTime()}-${randomUUID()}.ndjson.gz`)
  await objects.put(key, await compress(`${lines}\n`, { level: 1 }), { type: 'application/gzip' })
}

/** The files of an hour's archive, oldest first. */
export const filesOf = async (objects: ObjectStore, hour: string): Promise<readonly ObjectKey[]> =>
  (await Array.fromAsync(objectsBelow(objects, folderOf(hour)), ({ key }) => key)).toSorted()

export const readFile = async (objects: ObjectStore, key: ObjectKey): Promise<readonly Archived[]> =>
  gunzipSync(await readObject(objects, key))
    .toString('utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Archived)
