import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { GroupCommit } from './group-commit.ts'

const options = { bytesOf: (text: string) => text.length, lingerMs: 0, itemsMax: 10, bytesMax: 50, waitingBytesMax: 100 }

test('what comes while too much waits is refused at once as OVERLOADED, and is never written; what was taken is', async () => {
  const items = fc.array(fc.array(fc.string({ minLength: 1, maxLength: 40 }), { minLength: 1, maxLength: 4 }), {
    minLength: 5,
    maxLength: 40,
  })
  await fc.assert(
    fc.asyncProperty(items, async (puts) => {
      const gate = Promise.withResolvers<void>()
      const written: string[] = []
      const commit = new GroupCommit<string>({
        ...options,
        write: async (batch) => {
          await gate.promise
          written.push(...batch)
        },
      })
      let waitingBytes = 0
      const expected: string[] = []
      const outcomes = puts.map((put) => {
        const bytes = put.join('').length
        const isTaken = waitingBytes === 0 || waitingBytes + bytes <= options.waitingBytesMax
        if (isTaken) {
          waitingBytes += bytes
          expected.push(...put)
        }
        return {
          isTaken,
          outcome: commit.put(put).then(
            () => undefined,
            (error: unknown) => error,
          ),
        }
      })
      gate.resolve()
      for (const { isTaken, outcome } of outcomes) {
        const error = (await outcome) as { code?: string } | undefined
        assert.equal(error?.code, isTaken ? undefined : 'OVERLOADED')
      }
      assert.deepEqual(written, expected)
      await commit.put(['room again'])
      assert.equal(written.at(-1), 'room again')
    }),
    { numRuns: 50 },
  )
})

test('those whose batch cannot be written are all refused, and the next batch is written', async () => {
  let isAway = true
  const written: string[] = []
  const commit = new GroupCommit<string>({
    ...options,
    write: async (batch) => {
      if (isAway) throw new Error('away')
      written.push(...batch)
    },
  })
  const refused = await Promise.allSettled([commit.put(['a']), commit.put(['b', 'c'])])
  assert.deepEqual(
    refused.map(({ status }) => status),
    ['rejected', 'rejected'],
  )
  isAway = false
  await commit.put(['d'])
  assert.deepEqual(written, ['d'])
})
