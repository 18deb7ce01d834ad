import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import type { HistoryStore, ResumePoint, Viewing, ViewingPlace } from '../../subgraphs/history/store.ts'

export type OpenHistory = (stack: AsyncDisposableStack) => Promise<HistoryStore>

const instant = fc.integer({ min: 0, max: 4 }).map((seconds) => new Date(1_700_000_000_000 + seconds * 1000))
const anyPoint = fc.record({
  profileId: fc.constant(''),
  titleId: fc.constantFrom('a', 'b', 'c'),
  positionMs: fc.nat(1_000),
  durationMs: fc.constant(1_000),
  at: instant,
  deviceId: fc.constantFrom('phone', 'tv', 'web', 'Ω'),
})
const anyViewing = fc.tuple(fc.constantFrom('s1', 's2', 's3', 's4', 's5', 's6'), instant, instant).map(([sessionId, one, two]): Viewing => {
  const [startedAt, lastAt] = one <= two ? [one, two] : [two, one]
  // NOTE: what a sitting's latest report says follows from when it was, as no session reports twice at one instant.
  return {
    profileId: '',
    sessionId,
    titleId: `t-${sessionId}`,
    startedAt,
    lastAt,
    positionMs: lastAt.getTime() % 86_400_000,
    durationMs: 86_400_000,
  }
})
/** NOTE: a profile of its own for each run, also for those that shrink a failure. */
const ownedBy = <T extends { readonly profileId: string }>(profileId: string, cut: readonly (readonly T[])[]): readonly (readonly T[])[] =>
  cut.map((batch) => batch.map((each) => ({ ...each, profileId })))

/** The law: the later stands, and of two at one instant that of the higher device id. */
const winner = (points: readonly ResumePoint[]): ResumePoint | undefined =>
  points.toSorted((a, b) => a.at.getTime() - b.at.getTime() || Buffer.compare(Buffer.from(a.deviceId), Buffer.from(b.deviceId))).at(-1)

const uniquePoints = fc.uniqueArray(anyPoint, {
  minLength: 1,
  maxLength: 10,
  selector: ({ titleId, at, deviceId }) => `${titleId} ${at.getTime()} ${deviceId}`,
})

/** Cuts a list into batches, in an order of its own, with some of them twice. */
const batches = <T>(values: readonly T[]) =>
  fc
    .tuple(fc.shuffledSubarray([...values], { minLength: values.length }), fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1 }))
    .map(([all, sizes]) => {
      const cut: T[][] = []
      for (let at = 0, turn = 0; at < all.length; turn += 1) {
        const size = sizes[turn % sizes.length] ?? 1
        cut.push(all.slice(at, at + size))
        at += size
      }
      return [...cut, ...cut.slice(0, 2)]
    })

/** What every store of viewing history keeps, whatever it is built on. */
export const historyStoreSuite = (name: string, openHistory: OpenHistory): void => {
  const promise = (what: string, check: (store: HistoryStore) => Promise<void>) =>
    test(`history store, ${name}: ${what}`, async () => {
      await using stack = new AsyncDisposableStack()
      await check(await openHistory(stack))
    })

  promise('the last write wins, whatever the order, the batches and the repeats, and whoever writes at the same time', async (store) => {
    const runs = uniquePoints.chain((points) => fc.tuple(fc.constant(points), batches(points), fc.boolean()))
    await fc.assert(
      fc.asyncProperty(runs, async ([points, anybodys, isParallel]) => {
        const profileId = `p-${randomUUID()}`
        const cut = ownedBy(profileId, anybodys)
        const put = (batch: readonly ResumePoint[]) => store.put({ points: batch, viewings: [] })
        if (isParallel) await Promise.all(cut.map(put))
        else for (const batch of cut) await put(batch)
        const stored = await store.resumePoints(profileId, ['a', 'b', 'c'])
        for (const titleId of ['a', 'b', 'c']) {
          const wanted = winner(points.filter((point) => point.titleId === titleId))
          assert.deepEqual(
            stored.find((point) => point.titleId === titleId),
            wanted && { ...wanted, profileId },
          )
        }
        const latest = await store.latest(profileId, 10)
        assert.deepEqual(
          latest.map(({ at }) => at.getTime()),
          latest.map(({ at }) => at.getTime()).toSorted((a, b) => b - a),
        )
        assert.equal(latest.length, stored.length)
      }),
      { numRuns: 60 },
    )
  })

  promise(
    'a sitting lasts from its earliest to its latest report, and pages of the history hold each once, also at one instant',
    async (store) => {
      const runs = fc
        .array(anyViewing, { minLength: 1, maxLength: 20 })
        .chain((viewings) => fc.tuple(fc.constant(viewings), batches(viewings), fc.integer({ min: 1, max: 4 })))
      await fc.assert(
        fc.asyncProperty(runs, async ([viewings, anybodys, size]) => {
          const profileId = `p-${randomUUID()}`
          const cut = ownedBy(profileId, anybodys)
          for (const batch of cut) await store.put({ points: [], viewings: batch })
          const pages: Viewing[] = []
          for (let after: ViewingPlace | null = null; ; ) {
            const page: readonly Viewing[] = await store.viewings(profileId, after, size)
            pages.push(...page)
            after = page.at(-1) ?? null
            if (page.length < size || after === null) break
          }
          const wanted = [...Map.groupBy(viewings, ({ sessionId }) => sessionId).values()].map((group) => {
            const byStart = group.toSorted((a, b) => a.startedAt.getTime() - b.startedAt.getTime())
            const byEnd = group.toSorted((a, b) => a.lastAt.getTime() - b.lastAt.getTime())
            return { ...(byEnd.at(-1) as Viewing), profileId, startedAt: (byStart[0] as Viewing).startedAt }
          })
          const order = (a: Partial<Viewing>, b: Partial<Viewing>): number =>
            Number(b.lastAt) - Number(a.lastAt) || ((a.sessionId ?? '') < (b.sessionId ?? '') ? 1 : -1)
          assert.deepEqual(pages, wanted.toSorted(order))
        }),
        { numRuns: 60 },
      )
    },
  )

  promise('a profile has what is its own only, and one that has watched nothing has nothing', async (store) => {
    const [mine, other] = [`p-${randomUUID()}`, `p-${randomUUID()}`]
    const at = new Date(1_700_000_000_000)
    const sitting = { profileId: mine, sessionId: 's', titleId: 'a', positionMs: 1, durationMs: 2 }
    await store.put({
      points: [{ ...sitting, at, deviceId: 'tv' }].map(({ sessionId: _, ...point }) => point),
      viewings: [{ ...sitting, startedAt: at, lastAt: at }],
    })
    await store.put({ points: [], viewings: [] })
    assert.equal((await store.latest(mine, 5)).length + (await store.viewings(mine, null, 5)).length, 2)
    assert.deepEqual(
      [await store.latest(other, 5), await store.viewings(other, null, 5), await store.resumePoints(other, ['a'])],
      [[], [], []],
    )
  })

  promise('nothing is left of profiles that were removed, and others keep what they have', async (store) => {
    const [gone, alsoGone, kept] = [1, 2, 3].map(() => `p-${randomUUID()}`) as [string, string, string]
    const at = new Date(1_700_000_000_000)
    const sitting = { titleId: 'a', positionMs: 1, durationMs: 2 }
    const all = [gone, alsoGone, kept].map((profileId) => ({ ...sitting, profileId }))
    await store.put({
      points: all.map((each) => ({ ...each, at, deviceId: 'tv' })),
      viewings: all.map((each) => ({ ...each, sessionId: 's', startedAt: at, lastAt: at })),
    })
    await store.remove([gone, alsoGone])
    await store.remove([])
    const found = async (profileId: string) => [
      ...(await store.latest(profileId, 5)),
      ...(await store.resumePoints(profileId, ['a'])),
      ...(await store.viewings(profileId, null, 5)),
    ]
    assert.deepEqual([(await found(gone)).length, (await found(alsoGone)).length, (await found(kept)).length], [0, 0, 3])
  })
}
