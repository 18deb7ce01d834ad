/** Where a client keeps its session. */
export type Keeper<S> = { readonly get: () => S | null; readonly set: (session: S | null) => void }

/**
 * Renews a session; resolves with whether the member is signed in afterwards with a new one. `renew` resolves with
 * undefined when nobody answered: the session is kept then, because it may still be good.
 * NOTE: a refresh token works once, so callers that find the session expired at the same time share one renewal.
 */
export const createRenewal = <S extends { readonly refreshToken: string }>(
  keeper: Keeper<S>,
  renew: (refreshToken: string) => Promise<S | null | undefined>,
): (() => Promise<boolean>) => {
  let renewing: Promise<boolean> | undefined
  const run = async (): Promise<boolean> => {
    const session = keeper.get()
    if (session === null) return false
    const next = await renew(session.refreshToken)
    if (next === undefined || keeper.get() !== session) return false
    keeper.set(next)
    return next !== null
  }
  return () => {
    renewing ??= run().finally(() => {
      renewing = undefined
    })
    return renewing
  }
}
