import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { defineJobQueue } from '#platform/contracts/job-queue.ts'
import type { Jobs, JobsAdmin } from '#platform/ports/jobs.ts'
import { until } from '../member.ts'

/** Opens jobs on one store that nothing else uses. */
export type OpenJobs = (stack: AsyncDisposableStack) => Promise<{
  readonly open: () => Promise<Jobs>
  readonly admin: () => Promise<JobsAdmin>
}>

const taskQueue = (triesMax = 2) =>
  defineJobQueue({
    name: `suite.${randomUUID()}`,
    schema: z.object({ id: z.string(), n: z.number().int() }),
    uniqueKey: ({ id }) => id,
    triesMax,
    silenceSecondsMax: 10,
    trySecondsMax: 60,
  })
const task = (n: number, id = `t${n}`) => ({ id, n })

/** What every engine of jobs keeps, whatever it is built on. */
export const jobsSuite = (name: string, openJobs: OpenJobs): void => {
  const promise = (what: string, check: (jobs: Awaited<ReturnType<OpenJobs>>) => Promise<void>) =>
    test(`jobs, ${name}: ${what}`, async () => {
      await using stack = new AsyncDisposableStack()
      await check(await openJobs(stack))
    })

  promise('each job is done once, by one of the workers, also of before there was one', async ({ open }) => {
    const queue = taskQueue()
    const jobs = await open()
    const ids = await Promise.all(Array.from({ length: 12 }, (_, n) => jobs.enqueue(queue, task(n))))
    const done: number[] = []
    for (const worker of [await open(), await open()])
      await worker.work({ queue, concurrency: 2, handle: async ({ data }) => void done.push(data.n) })
    await until('all of them', 30_000, async () => done.length >= 12)
    assert.deepEqual(
      done.toSorted((a, b) => a - b),
      Array.from({ length: 12 }, (_, n) => n),
    )
    await until('their states', 20_000, async () => (await jobs.status(queue, ids[0] ?? ''))?.state === 'done')
  })

  promise('jobs that wait are done one after the other, without a pause between them', async ({ open }) => {
    const queue = taskQueue()
    const jobs = await open()
    const count = 120
    await Promise.all(Array.from({ length: count }, (_, n) => jobs.enqueue(queue, task(n))))
    const done: number[] = []
    await jobs.work({ queue, concurrency: 2, handle: async ({ data }) => void done.push(data.n) })
    await until('all of them', 60_000, async () => done.length >= count)
    assert.equal(new Set(done).size, count)
  })

  promise('while a job is unfinished its key makes no second one; afterwards it does', async ({ open }) => {
    const queue = taskQueue()
    const jobs = await open()
    const first = await jobs.enqueue(queue, task(1, 'same'))
    assert.equal(await jobs.enqueue(queue, task(2, 'same')), first)
    assert.notEqual(await jobs.enqueue(queue, task(3, 'other')), first)
    const done: number[] = []
    await jobs.work({ queue, handle: async ({ data }) => void done.push(data.n) })
    await until('both', 20_000, async () => done.length === 2 && (await jobs.status(queue, first))?.state === 'done')
    assert.deepEqual(done.toSorted(), [1, 3])
    assert.notEqual(await jobs.enqueue(queue, task(4, 'same')), first)
    await until('the later one', 20_000, async () => done.includes(4))
  })

  promise('a job that fails is tried again, then is a dead letter that an operator can have tried again', async ({ open, admin }) => {
    const queue = taskQueue(2)
    const jobs = await open()
    let tries = 0
    let isMended = false
    await jobs.work({
      queue,
      handle: async () => {
        tries += 1
        if (!isMended) throw new TypeError('cannot do it')
      },
    })
    const id = await jobs.enqueue(queue, task(1))
    await until('it is dead', 40_000, async () => (await jobs.status(queue, id))?.state === 'dead')
    assert.equal(tries, 2)
    const operator = await admin()
    const [dead] = (await operator.deadJobs(100)).filter((each) => each.queue === queue.name)
    assert.match(dead?.reason ?? '', /cannot do it/)
    isMended = true
    await operator.retryDead(queue, id)
    await until('it is done', 40_000, async () => (await jobs.status(queue, id))?.state === 'done')
  })

  promise('faults of a store do not use up the tries of a job', async ({ open }) => {
    const queue = taskQueue(1)
    const jobs = await open()
    let tries = 0
    await jobs.work({
      queue,
      handle: async () => {
        tries += 1
        if (tries <= 3) throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
      },
    })
    const id = await jobs.enqueue(queue, task(1))
    await until('it is done', 40_000, async () => (await jobs.status(queue, id))?.state === 'done')
  })

  promise('higher priority is claimed first, and a delayed job not before its time', async ({ open }) => {
    const queue = taskQueue()
    const jobs = await open()
    const begun = Date.now()
    await jobs.enqueue(queue, task(3), { delayMs: 3_000, priority: 9 })
    await jobs.enqueue(queue, task(1))
    await jobs.enqueue(queue, task(2), { priority: 5 })
    const done: { readonly n: number; readonly afterMs: number }[] = []
    await jobs.work({ queue, handle: async ({ data }) => void done.push({ n: data.n, afterMs: Date.now() - begun }) })
    await until('all three', 30_000, async () => done.length === 3)
    const order = done.map(({ n }) => n)
    assert.ok(order.indexOf(2) < order.indexOf(1), `the urgent one first: ${order}`)
    // NOTE: a busy machine may come to the second job only when the delayed one is due, which is more urgent then.
    assert.ok((done.find(({ n }) => n === 3)?.afterMs ?? 0) >= 2_900)
  })

  promise('a cancelled job is not begun, and one that is being done is stopped', async ({ open }) => {
    const queue = taskQueue()
    const jobs = await open()
    const waiting = await jobs.enqueue(queue, task(1))
    await jobs.cancel(queue, waiting)
    const begun: number[] = []
    let stopped = false
    await jobs.work({
      queue,
      handle: async ({ data, signal, progress }) => {
        begun.push(data.n)
        await progress(42)
        await sleep(60_000, undefined, { signal }).catch(() => undefined)
        stopped = true
      },
    })
    const active = await jobs.enqueue(queue, task(2))
    await until('its progress', 20_000, async () => (await jobs.status(queue, active))?.percent === 42)
    assert.equal((await jobs.status(queue, active))?.state, 'active')
    await jobs.cancel(queue, active)
    await until('it has stopped', 20_000, async () => stopped)
    assert.deepEqual(begun, [2])
    assert.equal((await jobs.status(queue, active))?.state, 'cancelled')
    assert.equal(await jobs.status(queue, randomUUID()), null)
  })

  promise('a job of another shape is refused', async ({ open }) => {
    const jobs = await open()
    await assert.rejects(jobs.enqueue(taskQueue(), { ...task(1), n: 0.5 }), { code: 'INPUT_INVALID' })
    assert.equal(await jobs.healthy(), true)
  })
}
