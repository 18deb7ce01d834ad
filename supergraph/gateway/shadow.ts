import { messageOf } from '#platform/errors/errors.ts'
import type { GraphqlAnswer, GraphqlRequest } from '#platform/graphql/execute.ts'
import { printableName, printableOperation } from '#platform/graphql/printable.ts'
import type { Log } from '#platform/observe/log.ts'
import { shadowed } from './metrics.ts'

export type Difference = { readonly path: string; readonly live: unknown; readonly other: unknown }
export type ShadowDeps<C> = {
  /** Share of queries that are answered a second time, 0 to 1. */
  readonly share: number
  readonly other: (request: GraphqlRequest, context: C) => Promise<GraphqlAnswer>
  readonly onDone: (request: GraphqlRequest, differences: readonly Difference[]) => void
  readonly random?: () => number
}

const atOnceMax = 4
const differencesMax = 20

/** Leaves of an answer by their path, list indexes included: `titles.0.name`. Errors count by place and code, not by wording. */
const flatten = ({ data, errors = [] }: GraphqlAnswer): ReadonlyMap<string, unknown> => {
  const leaves = new Map<string, unknown>()
  const walk = (value: unknown, path: string): void => {
    if (typeof value !== 'object' || value === null) leaves.set(path, value)
    else for (const [key, item] of Object.entries(value)) walk(item, path === '' ? key : `${path}.${key}`)
  }
  walk(data ?? null, 'data')
  for (const { path = [], extensions } of errors) leaves.set(`errors at ${path.join('.')}`, extensions?.code)
  return leaves
}

export const differencesOf = (live: GraphqlAnswer, other: GraphqlAnswer): readonly Difference[] => {
  const [ours, theirs] = [flatten(live), flatten(other)]
  return [...new Set([...ours.keys(), ...theirs.keys()])]
    .filter((path) => !Object.is(ours.get(path), theirs.get(path)))
    .slice(0, differencesMax)
    .map((path) => ({ path, live: ours.get(path), other: theirs.get(path) }))
}

/**
 * Answers a sample of live queries a second time, by another engine or another version, and reports what differs. The
 * client never waits for it, mutations are never repeated, and only a few run at a time.
 */
export const createShadow = <C>({ share, other, onDone, random = Math.random }: ShadowDeps<C>) => {
  let running = 0
  return (request: GraphqlRequest, context: C, live: () => GraphqlAnswer): void => {
    if (running >= atOnceMax || random() >= share || !/^\s*(query\b|\{|fragment\b|#)/.test(request.query)) return
    if (/^\s*(mutation|subscription)\b/m.test(request.query)) return
    running += 1
    other(request, context)
      .then((answer) => onDone(request, differencesOf(live(), answer)))
      .catch((error) => onDone(request, [{ path: 'data', live: 'answered', other: messageOf(error) }]))
      .finally(() => {
        running -= 1
      })
  }
}

/** What members asked for is not for a log; where the answers differ, and how, is. */
const withoutData = ({ path, live, other }: Difference) => ({ path, live: kindOf(live), other: kindOf(other) })
const kindOf = (value: unknown): string => (value === undefined ? 'absent' : value === null ? 'null' : typeof value)

type Logged<C> = Pick<ShadowDeps<C>, 'share' | 'other'> & { readonly what: string; readonly log: Log }

/** The same with its findings in the log and in the metrics. */
export const loggedShadow = <C>({ share, other, what, log }: Logged<C>) =>
  createShadow<C>({
    share,
    other,
    onDone: ({ query, operationName }, differences) => {
      shadowed.inc({ outcome: differences.length === 0 ? 'same' : 'different' })
      if (differences.length > 0)
        log.warn(
          { what, operation: printableName(operationName), query: printableOperation(query), differences: differences.map(withoutData) },
          'shadow differs',
        )
    },
  })
