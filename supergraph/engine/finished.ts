import type { GraphqlError, GraphqlRequest } from '#platform/graphql/execute.ts'
import type { PreparedOperation } from './operation/prepare.ts'
import type { FetchNode, PlanNode } from './plan/planner.ts'

/** One fetch of an operation. Times are milliseconds since 1970. */
export type Fetched = {
  readonly node: FetchNode
  readonly sentAt: number
  readonly receivedAt: number
  /** The subgraph's own trace, as it came: a Trace message in base64 (Apollo's federated tracing, version 1). */
  readonly ftv1: string | undefined
}

/** An operation that was carried out, for those who keep account of operations. */
export type Finished<C> = {
  readonly request: GraphqlRequest
  readonly context: C
  readonly operation: PreparedOperation
  readonly plan: PlanNode | null
  readonly fetches: readonly Fetched[]
  readonly errors: readonly GraphqlError[]
  readonly beganAt: number
  readonly endedAt: number
}
