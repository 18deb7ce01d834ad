import type { GraphqlError } from '#platform/graphql/execute.ts'
import type { Caching } from '../caching.ts'
import type { Fetched } from '../finished.ts'
import type { Tree } from '../tree.ts'
import type { AnswerNull } from './answered-null.ts'
import type { Asked } from './errors.ts'
import type { MergeAll } from './merge.ts'

/** One operation on its way: what is known so far, and what went wrong. */
export type Run<C> = {
  readonly root: Tree
  readonly errors: GraphqlError[]
  /** Coerced, as https://spec.graphql.org/October2021/#CoerceVariableValues() says. */
  readonly variables: Readonly<Record<string, unknown>>
  readonly context: C
  /** Objects that were fetched so far. */
  readonly size: { rows: number }
  /** Values that stand at more than one place of the answer. */
  readonly shared: Set<object>
  /** What each fetch says of keeping its part. */
  readonly caching: Caching[]
  /** Absent when nobody keeps account of fetches. */
  readonly fetches?: Fetched[] | undefined
}

/** The entities that one fetch is about, each once, the texts that represent them, and how answers are merged into them. */
export type Gathered = Asked & { readonly texts: readonly string[]; readonly merge: MergeAll; readonly answerNull: AnswerNull }
