import { LRUCache } from 'lru-cache'
import type { GraphqlAnswer, GraphqlRequest } from '#platform/graphql/execute.ts'
import type { Answered } from '../engine/answered.ts'
import type { Caching } from '../engine/caching.ts'
import type { Incoming } from './http-subgraph.ts'
import type { sharingKey } from './sharing.ts'

type Kept = { readonly json: Buffer; readonly caching: Caching }
export type ResponseCache = {
  readonly find: (request: GraphqlRequest, incoming: Incoming) => Answered | undefined
  /** Keeps an answer whose every part allows it; one with errors never. */
  readonly keep: (request: GraphqlRequest, incoming: Incoming, answer: Answered) => void
  /** Forgets every answer with one of these tags, and tells how many. */
  readonly forget: (tags: readonly string[]) => number
}

/** Whole answers in bounded memory: shared by all, or by those whose forwarded headers are the same, as their parts say. */
export const createResponseCache = (bytesMax: number, keyOf: ReturnType<typeof sharingKey>): ResponseCache => {
  const byTag = new Map<string, Set<string>>()
  const kept = new LRUCache<string, Kept>({
    maxSize: bytesMax,
    sizeCalculation: ({ json }, key) => json.length + key.length,
    dispose: ({ caching: { tags } }, key) => {
      for (const tag of tags) if (byTag.get(tag)?.delete(key) && byTag.get(tag)?.size === 0) byTag.delete(tag)
    },
  })
  const shared = (request: GraphqlRequest, incoming: Incoming): string | undefined => keyOf(request, incoming, 'shared')
  return {
    find: (request, incoming) => {
      const [all, own] = [shared(request, incoming), keyOf(request, incoming)]
      const key = [all, own].find((each) => each !== undefined && kept.has(each))
      const found = key === undefined ? undefined : kept.get(key)
      return found && remembered(found, kept.getRemainingTTL(key ?? '') / 1000)
    },
    keep: (request, incoming, answer) => {
      const { maxAgeSeconds, isPrivate, tags } = answer.caching
      const key = isPrivate ? keyOf(request, incoming) : shared(request, incoming)
      if (answer.hasErrors || maxAgeSeconds <= 0 || key === undefined) return
      kept.set(key, { json: answer.json(), caching: answer.caching }, { ttl: maxAgeSeconds * 1000 })
      for (const tag of tags) byTag.set(tag, (byTag.get(tag) ?? new Set()).add(key))
    },
    forget: (tags) => {
      const keys = new Set(tags.flatMap((tag) => [...(byTag.get(tag) ?? [])]))
      for (const key of keys) kept.delete(key)
      return keys.size
    },
  }
}

const remembered = ({ json, caching }: Kept, maxAgeSeconds: number): Answered => ({
  json: () => json,
  value: () => JSON.parse(String(json)) as GraphqlAnswer,
  isExecuted: true,
  hasErrors: false,
  caching: { ...caching, maxAgeSeconds },
})
