/** One thing that is done to the servers of an engine while it is used. */
export type Fault = {
  readonly name: string
  readonly begin: () => Promise<void>
  readonly end: () => Promise<void>
  /** Nobody else can serve meanwhile, so that nothing is acknowledged until it ends. */
  readonly isOutage?: boolean
}
/** What has become of all writes when everything has come to rest. */
export type Outcome = {
  /** Acknowledged, and not there; null when that could not be counted. */
  readonly lost: number | null
  /** There more than once; null where only the effect of a handler could tell. */
  readonly twice: number | null
  /** Delivered more than once, to a handler for which that makes no difference; null when that could not be counted. */
  readonly again: number | null
  /** Answered by another zone or node than the one that is asked first; null where that is not counted. */
  readonly fallback: number | null
}
/** Servers of an engine that may be hurt, and a use of them whose outcome can be counted. */
export type Rig = AsyncDisposable & {
  readonly engine: string
  readonly callers: number
  /** Rejects when the write was not acknowledged. */
  readonly write: (caller: number, n: number) => Promise<void>
  readonly faults: readonly Fault[]
  /** Resolves when all that was acknowledged has arrived, or it is certain that something will not. */
  readonly outcome: () => Promise<Outcome>
}
