import DataLoader from 'dataloader'
import { byKey } from '#platform/graphql/by-key.ts'
import type { Account, AccountStore, Profile, ProfileStore } from './store.ts'

export type ProfileLoaders = {
  readonly accounts: DataLoader<string, Account | null>
  readonly profiles: DataLoader<string, Profile | null>
  readonly profilesOf: DataLoader<string, readonly Profile[]>
}

export const createLoaders = (accounts: AccountStore, profiles: ProfileStore): ProfileLoaders => ({
  accounts: new DataLoader(async (ids) => byKey(ids, await accounts.accounts(ids), (account) => account.id)),
  profiles: new DataLoader(async (ids) => byKey(ids, await profiles.profiles(ids), (profile) => profile.id)),
  profilesOf: new DataLoader(async (ids) => {
    const grouped = Map.groupBy(await profiles.ofAccounts(ids), (profile) => profile.accountId)
    return ids.map((id) => grouped.get(id) ?? [])
  }),
})
