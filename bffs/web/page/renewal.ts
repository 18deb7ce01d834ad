/** Where a client keeps its session; others may change it at any time. */
export type Keeper<S> = { readonly get: () => S | null; readonly set: (session: S | null) => void }
/** Runs work while nobody else, in this tab or another, runs theirs. */
export type Exclusively = <T>(work: () => Promise<T>) => Promise<T>

type Renewable = { readonly refreshToken: string; readonly profile: { readonly id: string } }
type Renewal<S> = {
  readonly exclusively: Exclusively
  /** Resolves with null when the session has ended, and with undefined when nobody answered. */
  readonly renew: (refreshToken: string) => Promise<S | null | undefined>
}

/**
 * Renews a session that was found expired; resolves with whether its profile is signed in with a newer one then. When nobody
 * answers the session is kept, because it may still be good.
 * NOTE: a refresh token works once, so callers that find the session expired at the same time share one renewal.
 */
export const createRenewal =
  <S extends Renewable>(keeper: Keeper<S>, { exclusively, renew }: Renewal<S>): ((expired: S | null) => Promise<boolean>) =>
  (expired) =>
    exclusively(async () => {
      const session = keeper.get()
      if (session === null || session.profile.id !== expired?.profile.id) return false
      if (session.refreshToken !== expired.refreshToken) return true
      const next = await renew(session.refreshToken)
      if (next === undefined || keeper.get()?.refreshToken !== session.refreshToken) return false
      keeper.set(next)
      return next !== null
    })
