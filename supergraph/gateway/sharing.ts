import type { GraphqlRequest } from '#platform/graphql/execute.ts'
import { stringifyExact } from '#platform/text/exact-json.ts'
import { compileHeaderRules } from './headers.ts'
import type { Incoming } from './incoming.ts'
import type { GatewaySettings } from './settings.ts'
import type { Bearer } from './tokens.ts'

/**
 * What has to be the same for two queries in flight to be one: text, variables, every header that any subgraph would be
 * told, and what claims and shares of callers are read from. Among `shared` answers only the claims count. Undefined for
 * what may not be shared.
 */
export const sharingKey = (settings: GatewaySettings) => {
  const all = [settings.headers, ...Object.values(settings.subgraphs).flatMap(({ headers }) => headers ?? [])]
  const propagate = all.flatMap((rules) => rules.propagate)
  const read = [...Object.values(settings.claims), 'authorization', 'x-forwarded-for', 'user-agent'].filter((name) => name !== undefined)
  const claims = compileHeaderRules({ propagate: Object.values(settings.claims).filter((name) => name !== undefined), set: {}, remove: [] })
  const forwarded = compileHeaderRules({ propagate: [...new Set([...propagate, ...read])], set: {}, remove: ['traceparent', 'tracestate'] })
  return (
    { query, variables, operationName = '' }: GraphqlRequest,
    { headers, bearer }: Incoming,
    among: 'alike' | 'shared' = 'alike',
  ): string | undefined => {
    if (/\b(mutation|subscription)\b/.test(query)) return undefined
    return `${operationName}\0${query}\0${stringifyExact(variables ?? null)}\0${JSON.stringify((among === 'shared' ? claims : forwarded).headersFor(headers))}${bearer === undefined ? '' : textOf(bearer)}`
  }
}

const textOf = ({ claims: { scopes, policies } }: Bearer): string => `\0${JSON.stringify([[...scopes].sort(), [...policies].sort()])}`

/** What a subgraph can distinguish callers by: the headers that are forwarded to it, without those of tracing. */
export const callerKey = (settings: GatewaySettings): ((subgraph: string, incoming: Incoming) => string) => {
  const remembered = new Map<string, ReturnType<typeof compileHeaderRules>>()
  const rulesOf = (subgraph: string): ReturnType<typeof compileHeaderRules> => {
    const { propagate, remove, set } = settings.subgraphs[subgraph]?.headers ?? settings.headers
    const rules = remembered.get(subgraph) ?? compileHeaderRules({ propagate, set, remove: [...remove, 'traceparent', 'tracestate'] })
    remembered.set(subgraph, rules)
    return rules
  }
  return (subgraph, { headers }) => JSON.stringify(rulesOf(subgraph).headersFor(headers))
}
