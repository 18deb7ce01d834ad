import type { Viewer } from '#platform/contracts/viewer.ts'
import type { Log } from '#platform/observe/log.ts'
import { regularly } from '#platform/process/regularly.ts'
import type { AccountDeps } from './deps.ts'
import { isKids, kidsMayNot, withPin, wrongPassword } from './pin.ts'
import { notSignedIn, type Refused } from './refusal.ts'
import type { Removals } from './store.ts'

const dayMs = 86_400_000
const everyMs = 2_000
/** Clocks of two machines, and reports on their way. */
const marginMs = 60_000

type Asked = { readonly viewer: Viewer; readonly password: string; readonly address: string }

/** The account is removed when its days of grace are over; until then `keepAccount` takes it back. */
export const deleteAccount = async (
  { viewer, password, address }: Asked,
  deps: AccountDeps,
): Promise<{ readonly deleteAt: Date } | Refused> => {
  if (await isKids(viewer, deps)) return kidsMayNot
  const wanted = await deps.accounts.passwordOf(viewer.accountId)
  return withPin({ wanted, shown: { viewer, pin: password, address }, wrong: wrongPassword }, deps, async () => {
    const deleteAt = new Date(deps.clock().getTime() + deps.graceDays * dayMs)
    if (!(await deps.removals.ask(viewer.accountId, deleteAt))) return notSignedIn
    return { deleteAt }
  })
}

export type Removing = {
  readonly removals: Removals
  readonly tokenSeconds: number
  readonly clock: () => Date
  readonly log: Log
}

/** Removes accounts whose time has come, and publishes removals again once no token lives that was made before; until disposed. */
export const removeRegularly = ({ removals, tokenSeconds, clock, log }: Removing): AsyncDisposable =>
  regularly({
    what: 'removal of accounts',
    everyMs,
    log,
    run: async () => {
      const now = clock()
      const tokensMs = tokenSeconds * 1000
      await removals.removeDue(now, new Date(now.getTime() + tokensMs))
      await removals.publishAgain(new Date(now.getTime() - tokensMs - marginMs))
    },
  })
