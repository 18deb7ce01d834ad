import { randomUUID } from 'node:crypto'
import { Language, Maturity, ProfileName, parseInput, profilesMax } from '#platform/contracts/fields.ts'
import type { Viewer } from '#platform/contracts/viewer.ts'
import type { AccountDeps } from './deps.ts'
import { guardOf, isKids, withPin } from './pin.ts'
import { checkedOr, type Refused, refuse } from './refusal.ts'
import type { CreateProfileInput, UpdateProfileInput } from './schema.generated.ts'
import type { Asking, OpenedSession } from './sessions.ts'
import type { Profile } from './store.ts'

const avatars = ['ember', 'tide', 'moss', 'dusk', 'sand', 'plum'] as const
const avatarFor = (name: string): string => avatars[(name.codePointAt(0) ?? 0) % avatars.length] ?? 'ember'
/** A profile below this age rating is one for children unless it is said otherwise, and one for children is below it. */
const kidsBelow = 13
const limitOf = (limit: number, kids: boolean): number => (kids ? Math.min(limit, kidsBelow - 1) : limit)

const noSuchProfile = refuse('NO_SUCH_PROFILE', 'This account has no such profile.')

/** Who changes what, and the PIN that was shown for it. */
export type Changing = { readonly viewer: Viewer; readonly pin: string | null; readonly address: string }

export const newProfile = ({ name, language, maturityLimit, kids }: CreateProfileInput): Omit<Profile, 'accountId'> => {
  const checkedName = parseInput('A profile name', ProfileName, name)
  const limit = parseInput('A maturity limit', Maturity, maturityLimit)
  const isForKids = kids ?? limit < kidsBelow
  return {
    id: randomUUID(),
    name: checkedName,
    avatar: avatarFor(checkedName),
    maturityLimit: limitOf(limit, isForKids),
    language: parseInput('A language', Language, language ?? 'en'),
    kids: isForKids,
    pinHash: null,
  }
}

const ofAccount = async (id: string, { viewer }: Pick<Changing, 'viewer'>, { profiles }: AccountDeps): Promise<Profile | undefined> =>
  (await profiles.ofAccounts([viewer.accountId])).find((profile) => profile.id === id)

/** Another profile of the account: with the PIN of that profile, or the account's on the way out of one for children. */
export const switchProfile = async (
  profileId: string,
  changing: Changing & { readonly asking: Asking },
  deps: AccountDeps,
): Promise<OpenedSession | Refused> => {
  const { viewer, asking } = changing
  const [account] = await deps.accounts.accounts([viewer.accountId])
  const profile = await ofAccount(profileId, changing, deps)
  if (account === undefined || profile === undefined) return noSuchProfile
  const leaves = (await isKids(viewer, deps)) && !profile.kids
  const wanted = profile.id === viewer.profileId ? null : (profile.pinHash ?? (leaves ? await guardOf(viewer.accountId, deps) : null))
  return withPin(
    { wanted, shown: changing },
    deps,
    async () => (await deps.sessions.switch({ account, profile }, viewer.sessionId)) ?? deps.sessions.open({ account, profile }, asking),
  )
}

/** NOTE: whoever may not raise the limit of a profile could make one without it, and change to that. */
const guardOfNew = async (made: Pick<Profile, 'maturityLimit'>, viewer: Viewer, deps: AccountDeps): Promise<string | null> => {
  const [maker] = await deps.profiles.profiles([viewer.profileId])
  if (maker === undefined || maker.kids) return guardOf(viewer.accountId, deps)
  return made.maturityLimit > maker.maturityLimit ? deps.accounts.pinOf(viewer.accountId) : null
}

export const createProfile = async (input: CreateProfileInput, changing: Changing, deps: AccountDeps): Promise<Profile | Refused> => {
  const result = checkedOr(() => newProfile(input))
  if ('refused' in result) return result.refused
  const { viewer } = changing
  const wanted = await guardOfNew(result.checked, viewer, deps)
  return withPin({ wanted, shown: changing }, deps, async () => {
    const profile = { ...result.checked, accountId: viewer.accountId }
    if (await deps.profiles.add(profile, profilesMax)) return profile
    return refuse('TOO_MANY_PROFILES', `An account has at most ${profilesMax} profiles.`)
  })
}

const changed = (profile: Profile, { name, avatar, language, maturityLimit, kids }: UpdateProfileInput): Profile => ({
  ...profile,
  name: name == null ? profile.name : parseInput('A profile name', ProfileName, name),
  avatar: avatars.find((known) => known === avatar) ?? profile.avatar,
  language: language == null ? profile.language : parseInput('A language', Language, language),
  maturityLimit: limitOf(
    maturityLimit == null ? profile.maturityLimit : parseInput('A maturity limit', Maturity, maturityLimit),
    kids ?? profile.kids,
  ),
  kids: kids ?? profile.kids,
})

/** Whether a change lets somebody see more. */
const loosens = (before: Profile, after: Profile): boolean => after.maturityLimit > before.maturityLimit || (before.kids && !after.kids)

/** What is not given stays as it is. NOTE: what lets a profile see more needs the PIN from every profile, where there is one. */
export const updateProfile = async (
  { id, input }: { readonly id: string; readonly input: UpdateProfileInput },
  changing: Changing,
  deps: AccountDeps,
): Promise<Profile | Refused> => {
  const before = await ofAccount(id, changing, deps)
  if (before === undefined) return noSuchProfile
  const result = checkedOr(() => changed(before, input))
  if ('refused' in result) return result.refused
  const after = result.checked
  const kids = await isKids(changing.viewer, deps)
  const [account] = await deps.accounts.accounts([changing.viewer.accountId])
  const wanted = kids || (loosens(before, after) && account?.pinHash != null) ? await guardOf(changing.viewer.accountId, deps) : null
  return withPin({ wanted: wanted ?? before.pinHash, shown: changing }, deps, async () =>
    (await deps.profiles.save(after)) ? after : noSuchProfile,
  )
}

/** Removes a profile, not the last; sessions that see the account through it end. */
export const deleteProfile = async (id: string, changing: Changing, deps: AccountDeps): Promise<{ readonly count: number } | Refused> => {
  const { viewer } = changing
  const profile = await ofAccount(id, changing, deps)
  if (profile === undefined) return noSuchProfile
  const guard = (await isKids(viewer, deps)) ? await guardOf(viewer.accountId, deps) : profile.pinHash
  return withPin({ wanted: guard, shown: changing }, deps, async () => {
    if (!(await deps.profiles.remove(profile))) return refuse('LAST_PROFILE', 'An account keeps at least one profile.')
    return { count: await deps.sessions.end({ accountId: viewer.accountId, profileId: id }) }
  })
}
