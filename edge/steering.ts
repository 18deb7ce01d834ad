import { createHash } from 'node:crypto'
import type { ObjectKey } from '#platform/contracts/object-key.ts'
import { createEdgeHealth, type OrderEdges } from '#platform/delivery/edge-health.ts'
import { rankEdges } from '#platform/delivery/edge-ranking.ts'
import type { Held } from './cache.ts'
import { pathwayId, withDashPathways, withHlsPathways } from './pathways.ts'

/** How often a player asks where to go on; a third of what public players load ahead at least. */
const ttlSeconds = 4
const waitMs = 1_000

const steeringName = 'steering.json'

export type Steering = {
  /** An object as players get it: manifests name all edges; everything else stays as it is. */
  readonly present: (held: Held, token: string, key: ObjectKey) => Promise<Held>
  /** The steering manifest of a stream, for HLS and DASH alike; null when the key names no such. */
  readonly manifest: (token: string, key: ObjectKey) => Promise<Held | null>
}

const folderOf = (key: ObjectKey): string => key.slice(0, key.lastIndexOf('/'))
const nameOf = (key: ObjectKey): string => key.slice(key.lastIndexOf('/') + 1)
const placeAt = (edge: string, token: string, folder: string): string => new URL(`/${token}/${folder}/`, edge).href

const held = (text: string, about: Pick<Held, 'type' | 'lastModified'>): Held => {
  const body = Buffer.from(text)
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`
  return { ...about, body, etag, cacheControl: 'no-cache' }
}

/**
 * What players are told of the edges that have the same stream. The first pathway is the best edge that answers; steering is
 * asked of another one, so that the end of either leaves a player the stream or the way to it.
 */
export const createSteering = (edges: readonly string[], order: OrderEdges = createEdgeHealth()): Steering => {
  const ordered = async (folder: string) => {
    const [first = '', ...others] = await order(rankEdges(edges, folder), { waitMs })
    return { all: [first, ...others], server: others[0] ?? first }
  }
  return {
    present: async (object, token, key) => {
      const rewrite = { 'master.m3u8': withHlsPathways, 'manifest.mpd': withDashPathways }[nameOf(key)]
      if (rewrite === undefined || edges.length < 2) return object
      const folder = folderOf(key)
      const { all, server } = await ordered(folder)
      const pathways = all.map((edge) => ({ id: pathwayId(edge), folder: placeAt(edge, token, folder) }))
      return held(rewrite(object.body.toString('utf8'), pathways, `${placeAt(server, token, folder)}${steeringName}`), object)
    },
    manifest: async (token, key) => {
      if (nameOf(key) !== steeringName || edges.length < 2) return null
      const folder = folderOf(key)
      const { all, server } = await ordered(folder)
      const answer = {
        VERSION: 1,
        TTL: ttlSeconds,
        'RELOAD-URI': `${placeAt(server, token, folder)}${steeringName}`,
        'PATHWAY-PRIORITY': all.map(pathwayId),
      }
      return held(JSON.stringify(answer), { type: 'application/json', lastModified: '' })
    },
  }
}
