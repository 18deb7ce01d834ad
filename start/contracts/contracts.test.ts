import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { z } from 'zod'
import { declarations } from '#platform/contracts/registry.ts'
import { defineTopic } from '#platform/contracts/topic.ts'
import { compareContracts, readContracts, writeContracts } from './contracts.ts'
import { notTaken, type PayloadSchema, payloadSchema } from './payload-schema.ts'

const topic = (schema: z.ZodType, { version = 1, upgrade }: { readonly version?: number; readonly upgrade?: () => unknown } = {}) =>
  defineTopic({
    name: 'shop.orders',
    version,
    schema,
    key: () => '',
    groups: {},
    live: false,
    ...(upgrade === undefined ? {} : { upgrade }),
  })
const faultsOf = (before: z.ZodType, now: z.ZodType): readonly string[] =>
  compareContracts([topic(now)], new Map([['shop.orders.v1.json', payloadSchema(before)]])).faults

test('the committed contracts are those that the code declares', async () => {
  const { faults, stale } = compareContracts([...declarations.values()], await readContracts())
  assert.deepEqual(faults, [])
  assert.deepEqual([...stale.keys()], [], 'npm run contracts writes them')
})

const order = z.object({ id: z.string().max(64), state: z.enum(['open', 'paid']), lines: z.array(z.object({ count: z.int().min(1) })) })

test('each kind of change says what cannot take it, and where', () => {
  const planted: readonly (readonly [RegExp, z.ZodType])[] = [
    [/old event cannot be read any more: `note` may be missing/, order.extend({ note: z.string() })],
    [/old reader cannot take a new event: `state` may be missing/, order.omit({ state: true })],
    [/old reader cannot take a new event: `state` may be `"sent"`/, order.extend({ state: z.enum(['open', 'paid', 'sent']) })],
    [/old event cannot be read any more: `state` may be `"paid"`/, order.extend({ state: z.enum(['open']) })],
    [/old event cannot be read any more: `id` may break maxLength `32`/, order.extend({ id: z.string().max(32) })],
    [/old reader cannot take a new event: `id` may break maxLength `64`/, order.extend({ id: z.string().max(65) })],
    [/old event cannot be read any more: `id` may be of type string, not number/, order.extend({ id: z.number() })],
    [/`lines\[\]\.count` may break minimum `2`/, order.extend({ lines: z.array(z.object({ count: z.int().min(2) })) })],
    [/`lines\[\]\.price` may be missing/, order.extend({ lines: z.array(z.object({ count: z.int().min(1), price: z.number() })) })],
    [/`at` may break format|`at` may be missing/, order.extend({ at: z.iso.datetime() })],
  ]
  for (const [sentence, now] of planted) assert.match(faultsOf(order, now).join('\n'), sentence)
  assert.deepEqual(faultsOf(order, order.extend({ note: z.string().optional() })), [], 'a property that may be missing is taken by both')
})

test('another version needs a way to read the events of the one before', () => {
  const written = new Map([['shop.orders.v1.json', payloadSchema(order)]])
  const now = order.extend({ note: z.string() })
  const without = compareContracts([topic(now, { version: 2 })], written)
  assert.match(without.faults.join('\n'), /old event of version 1 cannot be read: there is no `upgrade`/)
  const upgraded = compareContracts([topic(now, { version: 2, upgrade: () => ({}) })], written)
  assert.deepEqual([upgraded.faults, [...upgraded.stale.keys()]], [[], ['shop.orders.v2.json']])
  assert.match(compareContracts([], written).faults.join('\n'), /belongs to nothing that is declared/)
})

test('what is written is what is read again', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'cinegraph-contracts-'))
  try {
    const { stale } = compareContracts([topic(order)], new Map())
    await writeContracts(stale, folder)
    assert.deepEqual(compareContracts([topic(order)], await readContracts(folder)), { faults: [], stale: new Map() })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

type Described = { readonly schema: z.ZodType; readonly payload: fc.Arbitrary<unknown> }
const bounds = fc.tuple(fc.integer({ min: -3, max: 3 }), fc.integer({ min: 0, max: 3 })).map(([min, more]) => ({ min, max: min + more }))
const names = ['a', 'b', 'c'] as const
const words = ['x', 'y', 'z'] as const

const leaf: fc.Arbitrary<Described> = fc.oneof(
  bounds.map(({ min, max }) => ({ schema: z.int().min(min).max(max), payload: fc.integer({ min, max }) })),
  bounds.map(({ min, max }) => ({ schema: z.number().min(min).max(max), payload: fc.double({ min, max, noNaN: true }) })),
  fc
    .integer({ min: 0, max: 3 })
    .map((max) => ({ schema: z.string().max(max), payload: fc.string({ maxLength: max, unit: 'grapheme-ascii' }) })),
  fc.subarray([...words], { minLength: 1 }).map((some) => ({ schema: z.enum(some), payload: fc.constantFrom(...some) })),
  fc.constant({ schema: z.boolean(), payload: fc.boolean() }),
)
const { described } = fc.letrec<{ described: Described }>((tie) => ({
  described: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    leaf,
    fc
      .tuple(...names.map(() => fc.option(fc.tuple(tie('described'), fc.boolean()))))
      .map((each) => objectOf(each.map((one, at) => [names[at] ?? '', one] as const))),
    tie('described').map(({ schema, payload }) => ({ schema: z.array(schema), payload: fc.array(payload, { maxLength: 3 }) })),
    fc.tuple(tie('described'), tie('described')).map(([one, other]) => ({
      schema: z.union([one.schema, other.schema]),
      payload: fc.oneof(one.payload, other.payload),
    })),
  ),
}))
const objectOf = (properties: readonly (readonly [string, readonly [Described, boolean] | null])[]): Described => {
  const there = properties.flatMap(([name, each]) => (each === null ? [] : [[name, each[0], each[1]] as const]))
  const schema = z.object(Object.fromEntries(there.map(([name, { schema: one }, isOptional]) => [name, isOptional ? one.optional() : one])))
  const model = Object.fromEntries(there.map(([name, { payload }]) => [name, payload]))
  return { schema, payload: fc.record(model, { requiredKeys: there.filter(([, , isOptional]) => !isOptional).map(([name]) => name) }) }
}

const pair = fc.oneof(fc.tuple(leaf, leaf), fc.tuple(described, leaf), fc.tuple(described, described))

test('a reader of which is said that it takes everything does take everything that the other schema allows', () => {
  let taken = 0
  const check = (reader: Described, writer: Described): fc.Arbitrary<unknown> | undefined => {
    const [read, written]: readonly PayloadSchema[] = [payloadSchema(reader.schema), payloadSchema(writer.schema)]
    return notTaken(read ?? {}, written ?? {}).length === 0 ? writer.payload : undefined
  }
  fc.assert(
    fc.property(pair, fc.gen(), ([reader, writer], gen) => {
      const payload = check(reader, writer)
      if (payload === undefined) return
      taken += 1
      const parsed = reader.schema.safeParse(gen(() => payload))
      assert.ok(parsed.success, parsed.error?.message)
    }),
    { numRuns: 4_000 },
  )
  assert.ok(taken > 100, `only ${taken} pairs were compatible`)
})
