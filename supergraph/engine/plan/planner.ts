/** How a subgraph is asked for part of an operation. Every selection is GraphQL text that the subgraph understands. */
export type FetchNode = {
  readonly kind: 'Fetch'
  readonly subgraph: string
  readonly operationKind: 'query' | 'mutation' | 'subscription'
  readonly operation: string
  /** Names of the client's variables that the text uses. */
  readonly variables: readonly string[]
  /** Absent for a fetch of root fields. */
  readonly entities?: readonly EntityFetch[]
  /** Where root fields belong that are asked of an object deeper down, whose type is that of the root. */
  readonly at?: EntityPath
  readonly rewrites: readonly OutputRewrite[]
}

/** One `_entities` selection of a fetch: whom it is for, and what represents them. */
export type EntityFetch = {
  readonly alias: string
  readonly variable: string
  readonly paths: readonly EntityPath[]
  readonly requires: readonly Requirement[]
  /** Absent where no field takes a value from its context. */
  readonly contexts?: readonly ContextValue[]
  /** What `__typename` a representation carries when the subgraph knows its type by another name. */
  readonly typenames: readonly { readonly of: readonly string[]; readonly is: string }[]
  readonly rewrites: readonly OutputRewrite[]
}

/**
 * A variable of a fetch that has its value from an object above each entity (`@fromContext`): so many levels up, then down
 * these keys, where the types match.
 */
export type ContextValue = { readonly variable: string; readonly up: number; readonly path: readonly OutputStep[] }

/** From the root of the answer to entities: a response key, every item of a list, or only objects of these types. */
export type EntityPath = readonly PathStep[]
export type PathStep =
  | { readonly step: 'field'; readonly key: string }
  | { readonly step: 'items' }
  | { readonly step: 'types'; readonly types: readonly string[] }

/** `key` is where the value stands in the answer, `name` what the subgraph calls it. */
export type Requirement =
  | { readonly kind: 'Field'; readonly name: string; readonly key: string; readonly selections: readonly Requirement[] | null }
  | { readonly kind: 'On'; readonly type: string; readonly selections: readonly Requirement[] }

/** A field that a subgraph answered under a name of the planner's takes the name that the client asked for. */
export type OutputRewrite = { readonly path: readonly OutputStep[]; readonly to: string }
export type OutputStep = { readonly step: 'key'; readonly key: string } | { readonly step: 'types'; readonly types: readonly string[] }

export type PlanNode =
  | FetchNode
  | { readonly kind: 'Sequence'; readonly nodes: readonly PlanNode[] }
  | { readonly kind: 'Parallel'; readonly nodes: readonly PlanNode[] }
  | { readonly kind: 'Condition'; readonly variable: string; readonly yes: PlanNode | null; readonly no: PlanNode | null }

export type PlanRequest = {
  /** One operation with its fragments, without introspection fields. */
  readonly text: string
  /** Labels of `@override(label:)` that are on for this request. */
  readonly overrides: readonly string[]
  /** Where this request falls on `percent(n)` labels: 0 up to 100. */
  readonly percentage: number
}

/** Plans operations over one supergraph. */
export type Planner = {
  /** Null when no subgraph need be asked. Rejects when the operation cannot be planned. */
  readonly plan: (request: PlanRequest) => Promise<PlanNode | null>
  /** Labels that can be given in `overrides`. */
  readonly overrideLabels: readonly string[]
  /** Thresholds of `percent(n)` labels, ascending. */
  readonly overridePercentages: readonly number[]
}
export type CreatePlanner = (supergraphSdl: string) => Planner
