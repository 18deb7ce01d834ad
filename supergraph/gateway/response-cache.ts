import type { GraphqlAnswer, GraphqlRequest } from '#platform/graphql/execute.ts'
import { parseExact } from '#platform/text/exact-json.ts'
import type { Answered } from '../engine/answered.ts'
import { allowedBy } from '../engine/caching.ts'
import type { Incoming } from './incoming.ts'
import type { sharingKey } from './sharing.ts'
import { createTaggedCache, type Kept } from './tagged-cache.ts'

export type ResponseCache = {
  readonly find: (request: GraphqlRequest, incoming: Incoming) => Answered | undefined
  /** Keeps an answer whose every part allows it; one with errors never. */
  readonly keep: (request: GraphqlRequest, incoming: Incoming, answer: Answered) => void
  /** Forgets every answer with one of these tags, and returns how many. */
  readonly forget: (tags: readonly string[]) => number
}

/** Whole answers in bounded memory: shared by all, or by those whose forwarded headers are the same, as their parts say. */
export const createResponseCache = (bytesMax: number, keyOf: ReturnType<typeof sharingKey>): ResponseCache => {
  const kept = createTaggedCache(bytesMax)
  const shared = (request: GraphqlRequest, incoming: Incoming): string | undefined => keyOf(request, incoming, 'shared')
  return {
    find: (request, incoming) => {
      if (!allowedBy(incoming.headers).mayFind) return undefined
      const found = kept.find(shared(request, incoming), keyOf(request, incoming))
      return found && remembered(found)
    },
    keep: (request, incoming, answer) => {
      const { maxAgeSeconds, isPrivate } = answer.caching
      const key = isPrivate ? keyOf(request, incoming) : shared(request, incoming)
      if (!allowedBy(incoming.headers).mayKeep || answer.hasErrors || maxAgeSeconds <= 0 || key === undefined) return
      kept.keep(key, { json: answer.json(), caching: answer.caching })
    },
    forget: kept.forget,
  }
}

const remembered = ({ json, caching }: Kept): Answered => ({
  json: () => json,
  value: () => parseExact(String(json)) as GraphqlAnswer,
  isExecuted: true,
  hasErrors: false,
  caching,
})
