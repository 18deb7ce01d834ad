/** What a promise gives; rejects with a sentence when that takes longer. What goes on behind it is left alone. */
export const within = async <T>(what: string, ms: number, promise: Promise<T>): Promise<T> => {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new Error(`${what}: not within ${ms / 1_000} s`)), ms)
  try {
    return await Promise.race([promise, late.promise])
  } finally {
    clearTimeout(timer)
  }
}
