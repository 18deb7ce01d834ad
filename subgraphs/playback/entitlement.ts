import type { PlayFactsQuery } from './operations.generated.ts'
import type { PlayingDevice, PlayRefusalCode } from './schema.generated.ts'

export type Refusal = {
  readonly __typename: 'PlayRefusal'
  readonly code: PlayRefusalCode
  readonly message: string
  readonly playing: readonly PlayingDevice[]
}
export type Playable = {
  readonly accountId: string
  readonly profileId: string
  readonly prefix: string
  readonly durationMs: number
  /** What the plan promises: streams at once, and lines of the picture. */
  readonly streamsMax: number
  readonly heightMax: number
}

const refuse = (code: PlayRefusalCode, message: string): Refusal => ({
  __typename: 'PlayRefusal',
  code,
  message,
  playing: [],
})

/** What may be played, or why not. The order of the checks is the order in which a person would mend things. */
export const entitlement = ({ watching, title }: PlayFactsQuery): Playable | Refusal => {
  if (!watching) return refuse('NOT_SIGNED_IN', 'Sign in first.')
  if (!title) return refuse('NOT_FOUND', 'There is no such title.')
  const { id: accountId, subscription } = watching.account
  if (!subscription?.active) return refuse('NO_SUBSCRIPTION', 'This account has no active subscription. Choose a plan to watch.')
  if (!title.available) return refuse('NOT_IN_REGION', 'This title is not licensed where you are.')
  if (title.maturity > watching.maturityLimit)
    return refuse('MATURITY', `This title is for ages ${title.maturity} and up; this profile is limited to ${watching.maturityLimit}.`)
  const { state, prefix, durationMs } = title.media
  if (state === 'FAILED')
    return refuse('NOT_READY', 'The film of this title could not be prepared. It can be played once another is uploaded.')
  if (state === 'NONE') return refuse('NOT_READY', 'There is no film of this title yet. Look at it again another day.')
  if (state !== 'READY' || !prefix || !durationMs) return refuse('NOT_READY', 'This title is being prepared. Try again in a few minutes.')
  const { streamsMax, heightMax } = subscription.plan
  return { accountId, profileId: watching.id, prefix, durationMs, streamsMax, heightMax }
}
