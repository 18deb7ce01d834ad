import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { hasEnded, sittingKey } from '../../subgraphs/history/last-write.ts'
import type { HistoryStore, ResumePoint, Viewing, ViewingPlace } from '../../subgraphs/history/store.ts'

export type OpenHistory = (stack: AsyncDisposableStack) => Promise<HistoryStore>

const instant = fc.integer({ min: 0, max: 4 }).map((seconds) => new Date(1_700_000_000_000 + seconds * 1000))
const anyPoint = fc.record({
  profileId: fc.constant(''),
  titleId: fc.constantFrom('a', 'b', 'c'),
  positionMs: fc.oneof(fc.nat(1_000), fc.constantFrom(949, 950, 951)),
  durationMs: fc.constant(1_000),
  at: instant,
  deviceId: fc.constantFrom('phone', 'tv', 'web', 'Ω'),
})
const anySession = fc.constantFrom('s1', 's2', 's3', 's4', 's5', 's6')
const anyViewing = fc.tuple(anySession, fc.constantFrom('a', 'b'), instant, instant).map(([sessionId, titleId, one, two]): Viewing => {
  const [startedAt, lastAt] = one <= two ? [one, two] : [two, one]
  // NOTE: what a sitting's latest report says follows from when it was, as no session reports twice at one instant.
  return {
    profileId: '',
    sessionId,
    titleId,
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
        const unfinished = stored.filter((point) => !hasEnded(point)).toSorted((a, b) => +b.at - +a.at || (a.titleId < b.titleId ? -1 : 1))
        assert.deepEqual(await store.unfinished(profileId, 10), unfinished)
        assert.deepEqual(await store.unfinished(profileId, 1), unfinished.slice(0, 1))
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
          const wanted = [...Map.groupBy(viewings, sittingKey).values()].map((group) => {
            const byStart = group.toSorted((a, b) => a.startedAt.getTime() - b.startedAt.getTime())
            const byEnd = group.toSorted((a, b) => a.lastAt.getTime() - b.lastAt.getTime())
            return { ...(byEnd.at(-1) as Viewing), profileId, startedAt: (byStart[0] as Viewing).startedAt }
          })
          const order = (a: Viewing, b: Viewing): number => Number(b.lastAt) - Number(a.lastAt) || (sittingKey(a) < sittingKey(b) ? 1 : -1)
          assert.deepEqual(pages, wanted.toSorted(order))
        }),
        { numRuns: 60 },
      )
    },
  )

  promise('titles that have ended, however many, take no place of one that has not', async (store) => {
    const [profileId, start] = [`p-${randomUUID()}`, 1_700_000_000_000]
    const point = (titleId: string, positionMs: number, hours: number): ResumePoint => ({
      ...{ profileId, titleId, positionMs, durationMs: 1_000, deviceId: 'tv' },
      at: new Date(start + hours * 3_600_000),
    })
    const ended = Array.from({ length: 250 }, (_, n) => point(`over-${n}`, 950 + (n % 51), 10 + n))
    const begun = [point('half', 500, 0), point('older', 949, -2_000), point('seen since', 500, 1), point('begun again', 990, 2)]
    await store.put({ points: [...begun, ...ended], viewings: [] })
    await store.put({ points: [point('seen since', 960, 3_000), point('begun again', 10, 3_001)], viewings: [] })
    const titles = async (limit: number) => (await store.unfinished(profileId, limit)).map(({ titleId }) => titleId)
    assert.deepEqual(
      [await titles(2), await titles(100)],
      [
        ['begun again', 'half'],
        ['begun again', 'half', 'older'],
      ],
    )
  })

  promise('one session in which two titles were watched is a sitting of each', async (store) => {
    const [profileId, at] = [`p-${randomUUID()}`, new Date(1_700_000_000_000)]
    const sitting = (titleId: string): Viewing => ({
      ...{ profileId, sessionId: 's', titleId, startedAt: at, lastAt: at, positionMs: 1, durationMs: 2 },
    })
    await store.put({ points: [], viewings: [sitting('a'), sitting('b')] })
    for (const titleId of ['c', 'a']) await store.put({ points: [], viewings: [sitting(titleId)] })
    const pages: string[] = []
    for (let after: ViewingPlace | null = null; ; ) {
      const [next]: readonly Viewing[] = await store.viewings(profileId, after, 1)
      if (next === undefined) break
      pages.push(next.titleId)
      after = next
    }
    assert.deepEqual(pages, ['c', 'b', 'a'])
  })

  promise('a profile has what is its own only, and one that has watched nothing has nothing', async (store) => {
    const [mine, other] = [`p-${randomUUID()}`, `p-${randomUUID()}`]
    const at = new Date(1_700_000_000_000)
    const sitting = { profileId: mine, sessionId: 's', titleId: 'a', positionMs: 1, durationMs: 2 }
    await store.put({
      points: [{ ...sitting, at, deviceId: 'tv' }].map(({ sessionId: _, ...point }) => point),
      viewings: [{ ...sitting, startedAt: at, lastAt: at }],
    })
    await store.put({ points: [], viewings: [] })
    assert.equal((await store.unfinished(mine, 5)).length + (await store.viewings(mine, null, 5)).length, 2)
    assert.deepEqual(
      [await store.unfinished(other, 5), await store.viewings(other, null, 5), await store.resumePoints(other, ['a'])],
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
      ...(await store.unfinished(profileId, 5)),
      ...(await store.resumePoints(profileId, ['a'])),
      ...(await store.viewings(profileId, null, 5)),
    ]
    assert.deepEqual([(await found(gone)).length, (await found(alsoGone)).length, (await found(kept)).length], [0, 0, 3])
  })
}
