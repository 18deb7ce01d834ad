import { useEffect, useState } from 'preact/hooks'
import { failureText } from './failure.ts'
import { keep, keptOf } from './kept.ts'

export type Loading<T> = { readonly value: T | null; readonly error: string | null }

/** What `load` gives, loaded again whenever `key` changes or `everyMs` have passed. */
export const useLoading = <T>(key: string, load: () => Promise<T>, everyMs = 0): Loading<T> => {
  const [state, setState] = useState<Loading<T>>({ value: keptOf<T>(key), error: null })
  // biome-ignore lint/correctness/useExhaustiveDependencies: `load` is new at every drawing; `key` says when it asks for something else.
  useEffect(() => {
    let wanted = true
    const run = () =>
      load().then(
        (value) => {
          if (!wanted) return
          keep(key, value)
          setState({ value, error: null })
        },
        (error: unknown) => wanted && setState((before) => ({ ...before, error: failureText(error) })),
      )
    setState({ value: keptOf<T>(key), error: null })
    run()
    const timer = everyMs > 0 ? setInterval(run, everyMs) : undefined
    return () => {
      wanted = false
      clearInterval(timer)
    }
  }, [key])
  return state
}
