import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRenewal } from './renewal.ts'

type Session = { readonly refreshToken: string }
const keep = (session: Session | null) => ({
  get: () => session,
  set: (next: Session | null) => {
    session = next
  },
})

test('requests that find the session expired at the same time spend its refresh token once', async () => {
  const keeper = keep({ refreshToken: 'first' })
  const spent: string[] = []
  const renew = createRenewal(keeper, async (token) => {
    const isGood = !spent.includes(token)
    spent.push(token)
    return isGood ? { refreshToken: `after ${token}` } : null
  })
  assert.deepEqual(await Promise.all([renew(), renew(), renew()]), [true, true, true])
  assert.deepEqual(keeper.get(), { refreshToken: 'after first' })
  assert.equal(await renew(), true)
  assert.deepEqual(spent, ['first', 'after first'])
})

test('a renewal that nobody answers keeps the member signed in; one that is refused does not', async () => {
  const keeper = keep({ refreshToken: 'kept' })
  assert.equal(await createRenewal(keeper, async () => undefined)(), false)
  assert.deepEqual(keeper.get(), { refreshToken: 'kept' })
  assert.equal(await createRenewal(keeper, async () => null)(), false)
  assert.equal(keeper.get(), null)
})

test('a member who signs out while the session is renewed stays signed out', async () => {
  const keeper = keep({ refreshToken: 'first' })
  const renew = createRenewal(keeper, async () => {
    keeper.set(null)
    return { refreshToken: 'second' }
  })
  assert.equal(await renew(), false)
  assert.equal(keeper.get(), null)
})
