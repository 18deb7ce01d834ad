import { randomUUID } from 'node:crypto'
import { gunzipSync, gzipSync } from 'node:zlib'
import { type ObjectKey, objectKey } from '#platform/contracts/object-key.ts'
import type { Heartbeat, heartbeats } from '#platform/contracts/topics/playback.heartbeats.ts'
import { objectsBelow, readObject } from '#platform/files/read-object.ts'
import type { Envelope } from '#platform/ports/event-log.ts'
import type { ObjectStore } from '#platform/ports/object-store.ts'

export type Archived = Pick<Envelope<typeof heartbeats>, 'id' | 'data' | 'traceparent'>

/** `2026-11-21/08`: the hour, in UTC, in which events came in. */
export const hourOf = (at: Date): string => at.toISOString().slice(0, 13).replace('T', '/')
const folderOf = (hour: string): ObjectKey => objectKey(`archive/playback.heartbeats/${hour}`)

/** Writes events as one file of gzipped JSON lines that never changes again. */
export const archive = async (objects: ObjectStore, events: readonly Archived[], at: Date): Promise<void> => {
  const lines = events.map((event) => JSON.stringify(event)).join('\n')
  const key = objectKey(`${folderOf(hourOf(at))}/${randomUUID()}.ndjson.gz`)
  await objects.put(key, gzipSync(`${lines}\n`), { type: 'application/gzip' })
}

/** The heartbeats of an hour, each once, however often it was delivered. */
export const readHour = async (objects: ObjectStore, hour: string): Promise<readonly Heartbeat[]> => {
  const found = new Map<string, Heartbeat>()
  for await (const { key } of objectsBelow(objects, folderOf(hour))) {
    const bytes = await readObject(objects, key)
    for (const line of gunzipSync(bytes).toString('utf8').trim().split('\n')) {
      const event = JSON.parse(line) as Archived
      found.set(event.id, event.data)
    }
  }
  return [...found.values()]
}
