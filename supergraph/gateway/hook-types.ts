import type { IncomingHttpHeaders } from 'node:http'

// NOTE: nothing of the gateway is imported here: these are the types that those who write hooks get, by themselves.

export type Operation = {
  readonly query: string
  readonly variables?: Readonly<Record<string, unknown>>
  readonly operationName?: string
}
export type AnswerError = {
  readonly message: string
  readonly path?: readonly (string | number)[] | undefined
  readonly extensions?: Readonly<Record<string, unknown>>
}
/** What a client gets. An answer without `data` says that nothing was executed. */
export type Answer = {
  readonly data?: Readonly<Record<string, unknown>> | null | undefined
  readonly errors?: readonly AnswerError[] | undefined
}

/** One operation on its way through the gateway, whichever way it came: POST, GET, batch, stream or WebSocket. */
export type Asked = {
  readonly operation: Operation
  /** Headers of the client, names in lower case. */
  readonly headers: IncomingHttpHeaders
  /** The address that the connection comes from. */
  readonly address: string
  /** The subject of the client's token, where the gateway verifies tokens. */
  readonly subject: string | undefined
  /** What hooks tell each other of this operation, from its first hook to its last. */
  readonly notes: Map<string, unknown>
  /** Headers that the answer gets, where it is sent over HTTP and not in parts. */
  readonly answerHeaders: Record<string, string>
}

/** Goes on with another operation, or with other headers, than the client sent. */
export type Changed = { readonly operation?: Operation; readonly headers?: IncomingHttpHeaders }
/** Answers at once; nothing is planned or asked. `status` is that of an answer over HTTP. */
export type Answering = { readonly answer: Answer; readonly status?: number }

export type AskedSubgraph = {
  readonly subgraph: string
  readonly kind: 'query' | 'mutation' | 'subscription'
  readonly query: string
  /** JSON text of the variables. */
  readonly variables: string
  /** What the subgraph is going to be sent; names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly notes: Map<string, unknown>
}
export type AnswerOfSubgraph = {
  readonly data?: Readonly<Record<string, unknown>> | null | undefined
  readonly errors?: readonly AnswerError[] | undefined
  readonly extensions?: Readonly<Record<string, unknown>> | undefined
}
export type SubgraphAnswered = AskedSubgraph & {
  readonly status: number
  readonly answerHeaders: Readonly<Record<string, string | string[] | undefined>>
  readonly answer: AnswerOfSubgraph
}
export type Planned = { readonly operation: string; readonly fetches: readonly { readonly subgraph: string; readonly query: string }[] }

// biome-ignore lint/suspicious/noConfusingVoidType: a hook that returns nothing may say so.
type Maybe<T> = T | undefined | void | Promise<T | undefined | void>

/**
 * What the module that `hooks` names may export, each function by its name. Whoever returns nothing changes nothing. A hook
 * that throws refuses the operation with an error of code `INTERNAL`; what it threw is logged.
 */
export type Hooks = {
  /** Before an operation is read: may change it, or answer it. */
  readonly onRequest?: (asked: Asked) => Maybe<Changed | Answering>
  /** After a plan was made; one that is known already is not made again. */
  readonly onPlan?: (planned: Planned) => void
  /** Before a subgraph is asked: may give it other headers, or answer for it. Callers share no whole answers where there is such a hook. */
  readonly onSubgraphRequest?: (
    asked: AskedSubgraph,
  ) => Maybe<{ readonly headers: Readonly<Record<string, string>> } | { readonly answer: AnswerOfSubgraph }>
  /** After a subgraph has answered: may change its answer. An answer that is kept or shared does not pass by it again. */
  readonly onSubgraphAnswer?: (answered: SubgraphAnswered) => Maybe<AnswerOfSubgraph>
  /** Before an answer is sent, each event of a subscription too: may change it. Parts of an answer (`@defer`) pass by it. */
  readonly onAnswer?: (asked: Asked, answer: Answer) => Maybe<Answer>
  /** For each error that a client is about to see: may change it. */
  readonly onError?: (asked: Asked, error: AnswerError) => Maybe<AnswerError>
}
