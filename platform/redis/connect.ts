import { setTimeout as sleep } from 'node:timers/promises'
import { waitForEngine } from '#platform/engines/wait.ts'
import { messageOf } from '#platform/errors/errors.ts'
import type { Log } from '#platform/observe/log.ts'
import { gauge } from '#platform/observe/metrics.ts'
import { refusalOf } from '#platform/redis/server.ts'
import { Zone } from '#platform/redis/zone.ts'
import { parseZones } from '#platform/redis/zones.ts'

const askMs = 2_000
/** How long a start waits for the other zones when one is there. */
const othersMs = 3_000
const versionMin = 6

export type Connection = { readonly urls: string; readonly readMs: number; readonly waitSeconds: number }

/**
 * Connects the servers of all zones, which `stack` owns. Resolves when they can be used, or some seconds after the servers of one zone can.
 * Throws ENGINE_REFUSES when one of them will not have us, and ENGINE_ABSENT.
 */
export const connectZones = async (
  { urls, readMs, waitSeconds }: Connection,
  log: Log,
  stack: AsyncDisposableStack,
): Promise<readonly Zone[]> => {
  const zones = parseZones(urls, 'REDIS_URLS').map((zone) => stack.use(new Zone(zone, readMs)))
  const firstZone = Promise.withResolvers<void>()
  const over = new AbortController()
  const waits = zones.map(async (zone) => {
    await Promise.all(zone.servers.map((server) => waitFor(server, { seconds: waitSeconds, log, signal: over.signal })))
    firstZone.resolve()
  })
  const all = Promise.all(waits)
  all.catch(() => undefined)
  await Promise.race([all, firstZone.promise.then(() => sleep(othersMs, undefined, { ref: false }))])
  over.abort()
  showServers(zones)
  return zones
}

const waitFor = async (
  server: Zone['servers'][number],
  { seconds, log, signal }: { readonly seconds: number; readonly log: Log; readonly signal: AbortSignal },
): Promise<void> => {
  const attempt = async (): Promise<void> => {
    if (signal.aborted)
      return log.warn({ where: server.name, why: messageOf(server.fault) }, 'a Redis server is away; the cache goes on without it')
    const version = await server.version(askMs)
    if (version < versionMin) throw new Error(`it is version ${version}, and ${versionMin} or later is needed`)
    if (!server.isUsable) throw server.fault
  }
  await waitForEngine({ engine: 'Redis', where: server.name, setting: 'REDIS_URLS', seconds, log, attempt, refusal: refusalOf })
}

let shown: readonly Zone[] = []
const showServers = (zones: readonly Zone[]): void => {
  const isFirst = shown.length === 0
  shown = zones
  if (!isFirst) return
  gauge('cache_server_up', 'Whether a Redis server of the cache is used, 1 or 0', {
    labelNames: ['server'],
    collect: async (figure) => {
      for (const { name, isUsable } of shown.flatMap(({ servers }) => servers)) figure.set({ server: name }, isUsable ? 1 : 0)
    },
  })
}
