import { randomUUID } from 'node:crypto'
import { promisify } from 'node:util'
import { gunzipSync, gzip } from 'node:zlib'
import type { heartbeats } from '#platform/contracts/topics/playback.heartbeats.ts'
import type { Envelope } from '#platform/ports/event-log.ts'
import type { ObjectStore } from '#platform/ports/object-store.ts'

export type Archived = Envelope<typeof heartbeats>

const compress = promisify(gzip)

/** `2026-11-21/08`: the hour, in UTC, in which events came in. */
export const hourOf = (at: Date): string => at.toISOString().slice(0, 13).replace('T', '/')
const prefixOf = (hour: string): string => `archive/playback.heartbeats/${hour}`

/** Writes events as one file of gzipped JSON lines that never changes again. */
export const archive = async (objects: ObjectStore, events: readonly Archived[], at: Date): Promise<void> => {
  const lines = events.map((event) => JSON.stringify(event)).join('\n')
  await objects.put(`${prefixOf(hourOf(at))}/${at.getTime()}-${randomUUID()}.ndjson.gz`, await compress(`${lines}\n`, { level: 1 }))
}

/** The files of an hour's archive, oldest first. */
export const filesOf = async (objects: ObjectStore, hour: string): Promise<readonly string[]> =>
  (await objects.list(prefixOf(hour))).map(({ key }) => key).toSorted()

export const readFile = async (objects: ObjectStore, key: string): Promise<readonly Archived[]> => {
  const bytes = Buffer.concat(await (await objects.get(key)).toArray())
  return gunzipSync(bytes)
    .toString('utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Archived)
}
