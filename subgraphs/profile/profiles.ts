import { randomUUID } from 'node:crypto'
import { Language, Maturity, ProfileName, parseInput, profilesMax } from '#platform/contracts/fields.ts'
import type { Viewer } from '#platform/contracts/viewer.ts'
import type { AccountDeps } from './deps.ts'
import { checkedOr, type Refused, refuse } from './refusal.ts'
import type { CreateProfileInput } from './schema.generated.ts'
import type { Asking, OpenedSession } from './sessions.ts'
import type { Profile } from './store.ts'

const avatars = ['ember', 'tide', 'moss', 'dusk', 'sand', 'plum'] as const
const avatarFor = (name: string): string => avatars[(name.codePointAt(0) ?? 0) % avatars.length] ?? 'ember'

export const newProfile = ({ name, language, maturityLimit }: CreateProfileInput) => {
  const checkedName = parseInput('A profile name', ProfileName, name)
  return {
    id: randomUUID(),
    name: checkedName,
    avatar: avatarFor(checkedName),
    maturityLimit: parseInput('A maturity limit', Maturity, maturityLimit),
    language: parseInput('A language', Language, language ?? 'en'),
  }
}

export const switchProfile = async (
  profileId: string,
  { viewer, ...asking }: Asking & { readonly viewer: Viewer },
  { accounts, profiles, sessions }: AccountDeps,
): Promise<OpenedSession | Refused> => {
  const [account] = await accounts.accounts([viewer.accountId])
  const profile = (await profiles.ofAccounts([viewer.accountId])).find((each) => each.id === profileId)
  if (account === undefined || profile === undefined) return refuse('NO_SUCH_PROFILE', 'This account has no such profile.')
  return (await sessions.switch({ account, profile }, viewer.sessionId)) ?? sessions.open({ account, profile }, asking)
}

export const createProfile = async (
  accountId: string,
  input: CreateProfileInput,
  { profiles }: AccountDeps,
): Promise<Profile | Refused> => {
  const result = checkedOr(() => newProfile(input))
  if ('refused' in result) return result.refused
  const profile = { ...result.checked, accountId }
  if (await profiles.add(profile, profilesMax)) return profile
  return refuse('TOO_MANY_PROFILES', `An account has at most ${profilesMax} profiles.`)
}
