/** Calls with the same key that overlap in time share one execution and its result, success or failure. */
export const collapse = <R>(): ((key: string, work: () => Promise<R>) => Promise<R>) => {
  const running = new Map<string, Promise<R>>()
  return (key, work) => {
    const present = running.get(key)
    if (present !== undefined) return present
    const started = work().finally(() => running.delete(key))
    running.set(key, started)
    return started
  }
}
