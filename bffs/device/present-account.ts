/** A profile below this age rating gets what is made for children. */
const kidsBelow = 13

type ProfileFacts = { readonly id: string; readonly name: string; readonly avatar: string; readonly maturityLimit: number }
export const presentProfile = ({ id, name, avatar, maturityLimit }: ProfileFacts) => ({
  id,
  name,
  avatar,
  kids: maturityLimit < kidsBelow,
})

type RefusalFacts = { readonly code: string; readonly message: string; readonly retryAfterSeconds?: number | null }
export const presentRefusal = ({ code, message, retryAfterSeconds = null }: RefusalFacts) => ({
  __typename: 'Refusal' as const,
  code,
  message,
  retryAfterSeconds,
})
