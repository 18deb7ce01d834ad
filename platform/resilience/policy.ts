/** One call to a dependency. `signal` aborts when nobody waits for the answer any more. */
export type Call<A extends readonly unknown[], R> = (signal: AbortSignal, ...args: A) => Promise<R>
export type Wrapper = <A extends readonly unknown[], R>(name: string, call: Call<A, R>) => Call<A, R>

/** The signal of calls that nobody outside can abort. */
const never = new AbortController().signal

/** A signal that aborts with either; combining costs more than the rest of a call, so it is done only where both can abort. */
export const either = (outer: AbortSignal, own: AbortSignal): AbortSignal => (outer === never ? own : AbortSignal.any([outer, own]))

/**
 * Puts wrappers around calls; the first named is the outermost. `policy('recs.home', deadline({ ms: 150 }), breaker())`
 * reads as the sentence it is. Make one per dependency and keep it: breakers and bulkheads remember.
 */
export const policy =
  (name: string, ...wrappers: readonly Wrapper[]) =>
  <A extends readonly unknown[], R>(call: Call<A, R>): ((...args: A) => Promise<R>) => {
    const wrapped = wrappers.reduceRight<Call<A, R>>((inner, wrap) => wrap(name, inner), call)
    return (...args) => wrapped(never, ...args)
  }
