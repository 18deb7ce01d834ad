import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type QuotaLimits, SubscriptionQuota } from '#platform/graphql/limits/subscription-quota.ts'

const limits: QuotaLimits = { perSocketMax: 3, perAccountMax: 4, perProcessMax: 6 }

test('whatever is opened and closed, in whatever order and however often: no socket, account or process has more than it may', () => {
  const step = fc.record({
    open: fc.boolean(),
    socket: fc.nat(2),
    account: fc.option(fc.constantFrom('a', 'b'), { nil: undefined }),
    which: fc.nat(9),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const sockets = [{}, {}, {}]
      const quota = new SubscriptionQuota(limits)
      const open: { readonly place: Disposable; readonly socket: number; readonly account: string | undefined }[] = []
      const closed: Disposable[] = []
      for (const { open: isOpening, socket, account, which } of steps) {
        if (isOpening) {
          const isFull =
            open.length >= limits.perProcessMax ||
            open.filter((each) => each.socket === socket).length >= limits.perSocketMax ||
            (account !== undefined && open.filter((each) => each.account === account).length >= limits.perAccountMax)
          const take = () => quota.take({ socket: sockets[socket], account })
          if (isFull) assert.throws(take, { code: 'TOO_MANY_SUBSCRIPTIONS' })
          else open.push({ place: take(), socket, account })
        } else {
          const [gone] = open.splice(which % Math.max(1, open.length), 1)
          if (gone) closed.push(gone.place)
          for (const place of closed) place[Symbol.dispose]()
        }
        assert.equal(quota.open, open.length)
      }
    }),
  )
})
