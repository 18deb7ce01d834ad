import type { SubgraphAnswer, SubgraphRequest } from '../engine/ask.ts'
import type { AskedSubgraph, Hooks } from './hook-types.ts'
import type { Incoming } from './incoming.ts'
import type { Posted } from './post.ts'

type Headers = Readonly<Record<string, string>>
type Received = AskedSubgraph & { readonly answer: SubgraphAnswer; readonly posted: Posted }
export type FetchHooks = {
  /** The headers to go on with, or an answer without asking. */
  readonly before:
    | ((
        request: SubgraphRequest,
        headers: Headers,
        incoming: Incoming,
      ) => Promise<{ readonly headers: Headers } | { readonly answer: SubgraphAnswer }>)
    | undefined
  readonly after: ((received: Received) => Promise<SubgraphAnswer>) | undefined
}

/** What hooks are shown of a fetch. */
export const askedOf = (
  { subgraph, kind, query, variables }: SubgraphRequest,
  headers: Headers,
  { notes = new Map() }: Incoming,
): AskedSubgraph => ({
  subgraph,
  kind,
  query,
  variables,
  headers,
  notes,
})

/** The hooks before and after a subgraph is asked, one after the other; undefined where there are none. */
export const fetchHooks = (hooks: readonly Hooks[]): FetchHooks => {
  const before = hooks.flatMap(({ onSubgraphRequest }) => onSubgraphRequest ?? [])
  const after = hooks.flatMap(({ onSubgraphAnswer }) => onSubgraphAnswer ?? [])
  return {
    before:
      before.length === 0
        ? undefined
        : async (request, given, incoming) => {
            let headers = given
            for (const hook of before) {
              const said = await hook(askedOf(request, headers, incoming))
              if (said && 'answer' in said) return said
              headers = said?.headers ?? headers
            }
            return { headers }
          },
    after:
      after.length === 0
        ? undefined
        : async ({ posted, ...asked }) => {
            let answer = asked.answer
            for (const hook of after)
              answer = (await hook({ ...asked, answer, status: posted.status, answerHeaders: posted.headers })) ?? answer
            return answer
          },
  }
}
