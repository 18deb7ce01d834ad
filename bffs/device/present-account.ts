type ProfileFacts = {
  readonly id: string
  readonly name: string
  readonly avatar: string
  readonly kids: boolean
  readonly hasPin: boolean
}
export const presentProfile = ({ id, name, avatar, kids, hasPin }: ProfileFacts) => ({ id, name, avatar, kids, hasPin })

type RefusalFacts = {
  readonly code: string
  readonly message: string
  readonly retryAfterSeconds?: number | null
  readonly actionUrl?: string | null
}
export const presentRefusal = ({ code, message, retryAfterSeconds = null, actionUrl = null }: RefusalFacts) => ({
  __typename: 'Refusal' as const,
  code,
  message,
  retryAfterSeconds,
  actionUrl,
})
