import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRenewal, type Exclusively, type Keeper } from './renewal.ts'

type Session = { readonly refreshToken: string; readonly profile: { readonly id: string } }
const session = (refreshToken: string, id = 'p'): Session => ({ refreshToken, profile: { id } })
const keep = (kept: Session | null): Keeper<Session> => ({
  get: () => kept,
  set: (next) => {
    kept = next
  },
})
/** One after the other, as locks of a browser do. */
const inTurn = (): Exclusively => {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const next = last.then(work)
    last = next.catch(() => undefined)
    return next
  }
}
const renewal = (keeper: Keeper<Session>, renew: (token: string) => Promise<Session | null | undefined>) =>
  createRenewal(keeper, { exclusively: inTurn(), renew })

test('requests that find the session expired at the same time, in any number of tabs, spend its refresh token once', async () => {
  const keeper = keep(session('first'))
  const spent: string[] = []
  const renew = async (token: string): Promise<Session | null> => {
    const isGood = !spent.includes(token)
    spent.push(token)
    return isGood ? session(`after ${token}`) : null
  }
  const exclusively = inTurn()
  const tabs = [createRenewal(keeper, { exclusively, renew }), createRenewal(keeper, { exclusively, renew })]
  const expired = keeper.get()
  assert.deepEqual(await Promise.all([...tabs, ...tabs].map((tab) => tab(expired))), [true, true, true, true])
  assert.deepEqual(keeper.get(), session('after first'))
  assert.equal(await tabs[0]?.(keeper.get()), true)
  assert.deepEqual(spent, ['first', 'after first'])
})

test('a renewal that nobody answers keeps the member signed in; one that is refused does not', async () => {
  const keeper = keep(session('kept'))
  assert.equal(await renewal(keeper, async () => undefined)(keeper.get()), false)
  assert.deepEqual(keeper.get(), session('kept'))
  assert.equal(await renewal(keeper, async () => null)(keeper.get()), false)
  assert.equal(keeper.get(), null)
})

test('a member who signs out while the session is renewed stays signed out', async () => {
  const keeper = keep(session('first'))
  const renew = renewal(keeper, async () => {
    keeper.set(null)
    return session('second')
  })
  assert.equal(await renew(keeper.get()), false)
  assert.equal(keeper.get(), null)
})

test('what one profile asked is not asked again as another that was chosen meanwhile', async () => {
  const keeper = keep(session('hers', 'kid'))
  assert.equal(await renewal(keeper, () => assert.fail('nothing is to be renewed'))(session('his', 'mum')), false)
  assert.deepEqual(keeper.get(), session('hers', 'kid'))
})
