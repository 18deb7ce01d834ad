type Running<R> = { promise: Promise<R> | undefined }

/** Calls with the same key that overlap in time share one execution and its result, success or failure. */
export const collapse = <R>(): ((key: string, work: () => Promise<R>) => Promise<R>) => {
  const running = new Map<string, Running<R>>()
  return (key, work) => {
    const present = running.get(key)?.promise
    if (present !== undefined) return present
    const own: Running<R> = { promise: undefined }
    running.set(key, own)
    own.promise = work().finally(() => {
      running.delete(key)
      // NOTE: a Map that has grown leaves its old table behind, with the entries of then and a way to the new table. Results
      // that such a table can reach outlive every collection of young objects, and keep the next ones alive in turn.
      own.promise = undefined
    })
    return own.promise
  }
}
