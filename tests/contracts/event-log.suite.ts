import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { z } from 'zod'
import { defineTopic, type StartAt } from '#platform/contracts/topic.ts'
import { eventBytesMax } from '#platform/events/recorded.ts'
import { currentTrace, newTrace, withTrace } from '#platform/observe/tracing.ts'
import type { Envelope, EventLog, EventLogAdmin } from '#platform/ports/event-log.ts'
import { until } from '../member.ts'

/** Opens logs on one store that nothing else uses. */
export type OpenLogs = (stack: AsyncDisposableStack) => Promise<{
  readonly open: () => Promise<EventLog>
  readonly admin: () => Promise<EventLogAdmin>
}>

const Step = z.object({ key: z.string(), n: z.number().int().min(0), pad: z.string().optional() })
type Step = z.infer<typeof Step>
/** A topic of its own for each promise. */
const stepTopic = (startAt: StartAt = 'earliest') =>
  defineTopic({
    name: `suite.${randomUUID()}`,
    version: 2,
    schema: Step,
    key: ({ key }) => key,
    groups: { a: startAt, b: startAt },
    live: true,
    upgrade: (event) => ({ key: 'old', n: (event as { number: number }).number }),
  })
type StepTopic = ReturnType<typeof stepTopic>
const step = (n: number, key = `k${n % 7}`): Step => ({ key, n })
const range = (count: number): readonly number[] => Array.from({ length: count }, (_, at) => at)
const byNumber = (a: number, b: number): number => a - b

/** What every event log keeps, whatever it is built on. */
export const eventLogSuite = (name: string, openLogs: OpenLogs): void => {
  const promise = (what: string, check: (logs: Awaited<ReturnType<OpenLogs>>) => Promise<void>) =>
    test(`event log, ${name}: ${what}`, async () => {
      await using stack = new AsyncDisposableStack()
      await check(await openLogs(stack))
    })
  /** Collects what a group is given. */
  const collect = async (log: EventLog, topic: StepTopic, group: 'a' | 'b' = 'a', batchMax = 50) => {
    const batches: (readonly Envelope<StepTopic>[])[] = []
    await log.consume({ topic, group, batchMax, handle: async (batch) => void batches.push(batch) })
    return { batches, events: () => batches.flat(), numbers: () => batches.flat().map(({ data }) => data.n) }
  }

  promise('every group gets every event, also of before it first consumed', async ({ open }) => {
    const topic = stepTopic()
    const log = await open()
    await log.publish(
      topic,
      range(5).map((n) => step(n)),
    )
    const a = await collect(log, topic)
    await log.publish(
      topic,
      range(5).map((n) => step(n + 5)),
    )
    const b = await collect(await open(), topic, 'b')
    for (const group of [a, b]) await until('all ten', 20_000, async () => group.events().length >= 10)
    for (const group of [a, b]) assert.deepEqual(group.numbers().toSorted(byNumber), range(10))
  })

  promise('a new group that starts with the latest gets what is published from then on', async ({ open }) => {
    const topic = stepTopic('latest')
    const log = await open()
    await log.publish(
      topic,
      range(5).map((n) => step(n)),
    )
    const a = await collect(log, topic)
    await log.publish(topic, [step(5)])
    await until('the new one', 20_000, async () => a.numbers().includes(5))
    assert.deepEqual(a.numbers(), [5])
  })

  promise('what was not consumed waits for the next instance, and what was is not given again after a calm stop', async ({ open }) => {
    const topic = stepTopic()
    const first = await open()
    const before = await collect(first, topic)
    await first.publish(
      topic,
      range(20).map((n) => step(n)),
    )
    await until('all before', 20_000, async () => before.events().length === 20)
    await first[Symbol.asyncDispose]()
    const second = await open()
    await second.publish(topic, [step(20)])
    const after = await collect(second, topic)
    await until('the new one', 20_000, async () => after.numbers().includes(20))
    assert.deepEqual(after.numbers(), [20])
  })

  promise('whoever publishes at the same time, nothing is lost and the order of each key holds', async ({ open }) => {
    const writers = [await open(), await open(), await open()]
    const sizes = fc.array(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 12 }), { minLength: 3, maxLength: 3 })
    await fc.assert(
      fc.asyncProperty(sizes, async (perWriter) => {
        const topic = stepTopic()
        await using reader = await open()
        const got = await collect(reader, topic)
        const published = writers.map(async (log, writer) => {
          let n = 0
          for (const size of perWriter[writer] ?? [])
            await log.publish(
              topic,
              range(size).map(() => ({ key: `w${writer}k${n % 3}`, n: n++ })),
            )
          return n
        })
        const total = (await Promise.all(published)).reduce((sum, count) => sum + count, 0)
        await until(`${total} events`, 30_000, async () => got.events().length >= total)
        assert.equal(new Set(got.events().map(({ id }) => id)).size, total)
        for (const [key, events] of Map.groupBy(got.events(), ({ data }) => data.key)) {
          const numbers = events.map(({ data }) => data.n)
          assert.deepEqual(numbers, numbers.toSorted(byNumber), key)
        }
      }),
      { numRuns: 4 },
    )
  })

  promise('batches are bounded, and offsets of a partition grow', async ({ open }) => {
    const topic = stepTopic()
    const log = await open()
    await log.publish(
      topic,
      range(230).map((n) => step(n)),
    )
    const got = await collect(log, topic, 'a', 50)
    await until('all of them', 20_000, async () => got.events().length >= 230)
    assert.ok(got.batches.every((batch) => batch.length <= 50))
    for (const events of Map.groupBy(got.events(), ({ partition }) => partition).values())
      assert.ok(events.every(({ offset }, at) => at === 0 || BigInt(offset) > BigInt(events[at - 1]?.offset ?? '0')))
  })

  promise('instances of a group share its work; when one leaves the others take over', async ({ open }) => {
    const topic = stepTopic()
    const logs = [await open(), await open()]
    const got = [await collect(logs[0] as EventLog, topic), await collect(logs[1] as EventLog, topic)] as const
    const writer = await open()
    let n = 0
    const all = () => got.flatMap((each) => each.numbers())
    await until('both have work', 30_000, async () => {
      await writer.publish(
        topic,
        range(40).map(() => step(n++, `k${n}`)),
      )
      return got.every((each) => each.events().length > 0)
    })
    await logs[0]?.[Symbol.asyncDispose]()
    await writer.publish(
      topic,
      range(40).map(() => step(n++, `k${n}`)),
    )
    await until('nothing is missing', 30_000, async () => new Set(all()).size === n)
  })

  promise('one bad event is set aside and takes no other along; the order of the rest holds', async ({ open, admin }) => {
    const topic = stepTopic()
    const log = await open()
    const bad = new Set([3, 17])
    const seen: number[] = []
    let isMended = false
    await log.publish(
      topic,
      range(30).map((n) => step(n, 'one')),
    )
    const handle = async (batch: readonly Envelope<StepTopic>[]): Promise<void> => {
      const culprit = batch.find(({ data }) => bad.has(data.n) && !isMended)
      if (culprit !== undefined) throw new TypeError(`cannot take ${culprit.data.n}`)
      seen.push(...batch.map(({ data }) => data.n))
    }
    await log.consume({ topic, group: 'a', handle })
    await until('the good ones', 30_000, async () => seen.length >= 28)
    assert.deepEqual(
      seen,
      range(30).filter((n) => !bad.has(n)),
    )
    const operator = await admin()
    const letters = await until('both dead letters', 20_000, async () => {
      const found = (await operator.deadLetters(100)).filter((letter) => letter.topic === topic.name)
      return found.length === 2 && found
    })
    assert.match(letters[0]?.reason ?? '', /cannot take 3/)
    isMended = true
    assert.equal(await operator.replayDeadLetters(letters.map(({ id }) => id)), 2)
    await until('both come again', 20_000, async () => [...bad].every((n) => seen.includes(n)))
    await until('no letter stays', 20_000, async () => (await operator.deadLetters(100)).every((letter) => letter.topic !== topic.name))
  })

  promise('a fault of the store never makes a dead letter: events come again until it works', async ({ open, admin }) => {
    const topic = stepTopic()
    const log = await open()
    await log.publish(
      topic,
      range(10).map((n) => step(n)),
    )
    let faults = 0
    const seen: number[] = []
    await log.consume({
      topic,
      group: 'a',
      handle: async (batch) => {
        faults += 1
        if (faults <= 6) throw Object.assign(new Error('connect ECONNREFUSED'), { code: faults % 2 ? 'ECONNREFUSED' : '57P03' })
        seen.push(...batch.map(({ data }) => data.n))
      },
    })
    await until('all of them', 60_000, async () => seen.length >= 10)
    assert.deepEqual(seen.toSorted(byNumber), range(10))
    assert.deepEqual(
      (await (await admin()).deadLetters(100)).filter((letter) => letter.topic === topic.name),
      [],
    )
  })

  promise('an event that no longer parses is set aside, and one of an older version is upgraded', async ({ open, admin }) => {
    const topic = stepTopic()
    const older = { ...topic, version: 1, schema: z.object({ number: z.number() }), key: () => 'old' } as const
    const looser = { ...topic, schema: z.object({ key: z.string(), n: z.unknown() }), key: () => 'x' } as const
    const log = await open()
    await log.publish(older, [{ number: 7 }])
    await log.publish(looser, [{ key: 'x', n: 'not a number' }])
    await log.publish(topic, [step(8, 'x')])
    const got = await collect(log, topic)
    await until('the good ones', 20_000, async () => got.events().length >= 2)
    assert.deepEqual(got.numbers().toSorted(byNumber), [7, 8])
    const operator = await admin()
    await until('the dead letter', 20_000, async () => (await operator.deadLetters(100)).some((letter) => letter.topic === topic.name))
  })

  promise('a group can be replayed from the beginning and from an instant, and its lag can be read', async ({ open, admin }) => {
    const topic = stepTopic()
    const log = await open()
    const operator = await admin()
    await log.publish(
      topic,
      range(5).map((n) => step(n)),
    )
    await sleep(20)
    const between = new Date()
    await log.publish(
      topic,
      range(5).map((n) => step(n + 5)),
    )
    const lag = async (): Promise<number | undefined> =>
      (await operator.lag()).find((each) => each.topic === topic.name && each.group === 'a')?.events
    const got = await collect(log, topic)
    await until('all ten', 20_000, async () => got.events().length === 10)
    await until('no lag', 20_000, async () => (await lag()) === 0)
    await operator.replay(topic, 'a', between)
    await until('the later half again', 20_000, async () => got.events().length === 15)
    assert.deepEqual(got.numbers().slice(10).toSorted(byNumber), [5, 6, 7, 8, 9])
    await operator.replay(topic, 'a', 'earliest')
    await until('all again', 20_000, async () => got.events().length === 25)
    await log[Symbol.asyncDispose]()
    await (await open()).publish(
      topic,
      range(3).map((n) => step(n)),
    )
    assert.equal(await lag(), 3)
  })

  promise('an event of another shape or too large is refused, with none of its batch', async ({ open }) => {
    const topic = stepTopic()
    const log = await open()
    await assert.rejects(log.publish(topic, [step(1), { ...step(2), n: -5 }]), { code: 'INPUT_INVALID' })
    await assert.rejects(log.publish(topic, [step(1), { ...step(2), pad: 'x'.repeat(eventBytesMax) }]), { code: 'EVENT_TOO_LARGE' })
    const strange = '\0 \ud800 \n\t"\\ , é 漢 \u2028'
    await log.publish(topic, [
      { ...step(3), pad: 'x'.repeat(eventBytesMax - 100) },
      { ...step(4), pad: strange, key: strange },
    ])
    const got = await collect(log, topic)
    await until('the two that were published', 20_000, async () => got.events().length >= 2)
    assert.deepEqual(got.numbers().toSorted(byNumber), [3, 4])
    assert.equal(got.events().find(({ data }) => data.n === 4)?.data.pad, strange)
  })

  promise('everybody who tails a topic gets all that is published from then on, and nothing else', async ({ open }) => {
    const [topic, other] = [stepTopic(), stepTopic()]
    const writer = await open()
    await writer.publish(topic, [step(0)])
    const stop = new AbortController()
    const seen: number[][] = [[], [], []]
    const logs = [await open(), await open()]
    const done = await Promise.all(
      seen.map(async (numbers, at) => {
        const tail = await (logs[at % 2] as EventLog).tail(topic, stop.signal)
        return { reading: Array.fromAsync(tail, ({ data }) => void numbers.push(data.n)) }
      }),
    )
    await writer.publish(topic, [step(1, 'k')])
    await writer.publish(other, [step(9)])
    await writer.publish(topic, [step(2, 'k'), { ...step(3, 'k'), pad: 'x'.repeat(20_000) }])
    await until('all three', 20_000, async () => seen.every((numbers) => numbers.length >= 3))
    stop.abort()
    await Promise.all(done.map(({ reading }) => reading))
    assert.deepEqual(seen, [
      [1, 2, 3],
      [1, 2, 3],
      [1, 2, 3],
    ])
  })

  promise('who tails a topic from an instant gets what was published since, in order, and goes on with what comes', async ({ open }) => {
    const topic = stepTopic()
    const [writer, log] = [await open(), await open()]
    await writer.publish(topic, [step(0, 'k')])
    await sleep(20)
    const since = new Date()
    await sleep(20)
    for (let n = 1; n <= 1_200; n += 300)
      await writer.publish(
        topic,
        Array.from({ length: 300 }, (_, at) => step(n + at, 'k')),
      )
    const stop = new AbortController()
    const numbers: number[] = []
    const reading = Array.fromAsync(await log.tail(topic, stop.signal, since), ({ data }) => void numbers.push(data.n))
    await writer.publish(topic, [step(1_201, 'k')])
    await until('all of them', 20_000, async () => numbers.includes(1_201))
    stop.abort()
    await reading
    assert.deepEqual(
      numbers,
      Array.from({ length: 1_201 }, (_, at) => at + 1),
    )
  })

  promise('an event carries the trace of the one that published it', async ({ open }) => {
    const topic = stepTopic()
    const log = await open()
    const trace = newTrace()
    let seen: string | undefined
    const handle = async (): Promise<void> => {
      seen = currentTrace()?.traceId
    }
    await log.consume({ topic, group: 'a', handle })
    await withTrace(trace, () => log.publish(topic, [step(1)]))
    await until('the event', 20_000, async () => seen !== undefined)
    assert.equal(seen, trace.traceId)
    assert.equal(await log.healthy(), true)
  })
}
