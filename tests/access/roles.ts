import type { Scope } from '#platform/contracts/viewer.ts'
import { callerHeaders } from '#platform/contracts/viewer.ts'
import { createIssuer } from '#platform/identity/access-token.ts'
import type { Secrets } from '#platform/identity/secrets.ts'
import type { Household, Seat } from './household.ts'

/** Who asks: the columns of docs/ACCESS.md, in their order. What is asked for belongs to the household of the member. */
export const roles = ['nobody', 'member', 'other member', 'other profile', 'kids', 'support', 'operator', 'service'] as const
export type Role = (typeof roles)[number]

/** The member's household, and that of whoever else asks. */
export type Asking = { readonly member: Household; readonly other: Household }
type Keys = Pick<Secrets, 'accessPrivateKey' | 'serviceKey'>

/** The headers that each role sends. */
export const headersOf = async (role: Role, { member, other }: Asking, keys: Keys): Promise<Readonly<Record<string, string>>> => {
  const bearer = async ({ accountId }: Household, seat: Seat, scopes: readonly Scope[] = ['member']) => {
    const { profileId, sessionId, maturityLimit } = seat
    const viewer = { accountId, profileId, sessionId, maturityLimit, operator: scopes.includes('operator'), language: 'en', scopes }
    return { authorization: `Bearer ${await createIssuer(keys.accessPrivateKey, 600).issue(viewer)}` }
  }
  switch (role) {
    case 'nobody':
      return {}
    case 'service':
      return { [callerHeaders.service]: keys.serviceKey, [callerHeaders.region]: 'US' }
    case 'member':
      return bearer(member, member.first)
    case 'other profile':
      return bearer(member, member.second)
    case 'kids':
      return bearer(member, member.kids)
    case 'other member':
      return bearer(other, other.first)
    case 'support':
      return bearer(other, other.first, ['member', 'support'])
    case 'operator':
      return bearer(other, other.first, ['member', 'operator'])
  }
}
