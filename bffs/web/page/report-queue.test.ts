import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Report, type Reporter, ReportQueue } from './report-queue.ts'

const tokenOf = (profile: string, renewals: number): string => `${profile} ${renewals}`

test('whoever watches, whatever fails and however sessions change: no report is sent as another profile’s', async () => {
  const profile = fc.constantFrom('mum', 'kid')
  const step = fc.oneof(
    fc.record({ do: fc.constant('sign in' as const), profile }),
    fc.record({ do: fc.constant('sign out' as const) }),
    fc.record({ do: fc.constant('play' as const) }),
    fc.record({ do: fc.constant('beat' as const), playback: fc.nat(3) }),
    fc.record({ do: fc.constant('answer' as const), status: fc.constantFrom(202, 401, 429, 400, 503, null) }),
  )
  const property = fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
    let [session, status, renewals]: [Reporter | null, number | null, number] = [null, 202, 0]
    const stored: { readonly by: string; readonly as: string }[] = []
    const queue = new ReportQueue<Reporter>({
      session: () => session,
      send: async (beats, accessToken) => {
        assert.ok(beats.length > 0 && beats.length <= 100)
        if (status === 202) stored.push(...beats.map((beat) => ({ by: (beat as { by: string }).by, as: accessToken.split(' ')[0] ?? '' })))
        return { status, stopped: [] }
      },
      renew: async ({ profile: { id } }) => {
        renewals += 1
        session = { accessToken: tokenOf(id, renewals), profile: { id } }
        return true
      },
    })
    const playbacks: { readonly by: string | undefined; readonly report: Report }[] = []
    const become = (next: Reporter | null): Promise<void> => {
      session = next
      return queue.leave(next)
    }
    for (const each of steps) {
      if (each.do === 'sign in') await become({ accessToken: tokenOf(each.profile, renewals), profile: { id: each.profile } })
      else if (each.do === 'sign out') await become(null)
      else if (each.do === 'play') playbacks.push({ by: (session as Reporter | null)?.profile.id, report: queue.begin() })
      else if (each.do === 'answer') status = each.status
      else {
        const playback = playbacks.at(-1 - each.playback)
        await playback?.report({ by: playback.by })
      }
    }
    assert.deepEqual(
      stored.filter(({ by, as }) => by !== as),
      [],
    )
  })
  await fc.assert(property, { numRuns: 300 })
})

test('reports that nobody takes wait and go with the next; those that are refused for good do not stand in the way', async () => {
  let status: number | null = null
  const sent: (readonly object[])[] = []
  const mum = { accessToken: 'mum', profile: { id: 'mum' } }
  const queue = new ReportQueue<Reporter>({
    session: () => mum,
    send: async (beats) => {
      sent.push(beats)
      return { status, stopped: ['s'] }
    },
    renew: async () => false,
  })
  const report = queue.begin()
  const [a, b, c, d] = [{ n: 1 }, { n: 2 }, { n: 3 }, { n: 4 }]
  await report(a)
  status = 400
  await report(b)
  status = 202
  await report(c)
  assert.deepEqual(await report(d), ['s'])
  assert.deepEqual(sent, [[a], [a, b], [c], [d]])
})
