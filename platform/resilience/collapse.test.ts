import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { collapse } from '#platform/resilience/collapse.ts'

type Step = { readonly kind: 'call' | 'end'; readonly key: string; readonly fails: boolean }
const step = fc.record({ kind: fc.constantFrom('call', 'end'), key: fc.constantFrom('a', 'b', '__proto__'), fails: fc.boolean() })

/** Lets everything that has been settled take effect. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test('calls of one key that overlap share one execution and its outcome; the next call after it executes anew', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps: readonly Step[]) => {
      const once = collapse<number>()
      const open = new Map<string, PromiseWithResolvers<number> & { readonly run: number }>()
      const outcomes: Promise<unknown>[] = []
      const expected: { readonly run: number; fails: boolean | undefined }[] = []
      let runs = 0
      const end = async (key: string, fails: boolean): Promise<void> => {
        const held = open.get(key)
        if (held === undefined) return
        open.delete(key)
        for (const each of expected) if (each.run === held.run) each.fails = fails
        if (fails) held.reject(held.run)
        else held.resolve(held.run)
        await settled()
      }
      for (const { kind, key, fails } of steps) {
        if (kind === 'end') {
          await end(key, fails)
          continue
        }
        outcomes.push(
          once(key, () => {
            const held = { ...Promise.withResolvers<number>(), run: ++runs }
            open.set(key, held)
            return held.promise
          }).then(
            (run) => ({ run, fails: false }),
            (run) => ({ run, fails: true }),
          ),
        )
        expected.push({ run: open.get(key)?.run ?? -1, fails: undefined })
      }
      for (const key of [...open.keys()]) await end(key, false)
      assert.deepEqual(await Promise.all(outcomes), expected)
      assert.equal(runs, new Set(expected.map(({ run }) => run)).size)
    }),
  )
})
