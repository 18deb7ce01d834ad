import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { buildSchema, GraphQLError, getIntrospectionQuery, specifiedRules, validate } from 'graphql'
import { createLimiter } from '#platform/graphql/limits/limiter.ts'
import { defaultLimits } from '#platform/graphql/limits/limits.ts'

const schema = buildSchema(`
  type Query { a(first: Int): Query  b: Int  few(first: Int = 5): [Item]  many: [Item]  page(first: Int! = 20): Page  byId(ids: [ID!]!): [Item] }
  type Page { edges: [Edge] }
  type Edge { node: Item }
  type Item { id: ID  text(of: String): String  similar(first: Int! = 12): [Item]  tags(limit: Int): [Item] }
`)
const limits = { ...defaultLimits, depthMax: 8, aliasesMax: 5, rootFieldsMax: 6, costMax: 1_000 }
const limiter = createLimiter({ schema, limits })

const outcome = (text: string, variables?: Readonly<Record<string, unknown>>): string => {
  try {
    limiter(text, undefined).admit(variables)
    return 'passes'
  } catch (error) {
    assert.ok(error instanceof GraphQLError, String(error))
    return String(error.extensions.code)
  }
}
const cpuMs = (work: () => void): number => {
  const { user, system } = process.cpuUsage()
  work()
  const after = process.cpuUsage()
  return (after.user - user + after.system - system) / 1000
}

const refused: readonly (readonly [string, string, string, object?])[] = [
  ['too deep', '{ a { a { a { a { a { a { a { a { b } } } } } } } } }', 'QUERY_TOO_DEEP'],
  ['too many aliases', '{ c: b d: b e: b f: b g: b h: b }', 'QUERY_TOO_MANY_ALIASES'],
  ['too many root fields', '{ b b b b b b b }', 'QUERY_TOO_LARGE'],
  ['lists of lists by their product', '{ few(first: 40) { tags(limit: 40) { id } } }', 'QUERY_TOO_COSTLY'],
  ['lists whose size nothing tells', '{ many { similar { similar { id } } } }', 'QUERY_TOO_COSTLY'],
  ['negative sizes', '{ few(first: -1) { id } }', 'QUERY_TOO_COSTLY'],
  ['sizes in variables', 'query($n: Int) { few(first: $n) { id } }', 'QUERY_TOO_COSTLY', { n: 1_200 }],
  ['negative sizes in variables', 'query($n: Int) { few(first: $n) { id } }', 'QUERY_TOO_COSTLY', { n: -7 }],
  ['sizes in defaults of variables', 'query($n: Int = 1200) { few(first: $n) { id } }', 'QUERY_TOO_COSTLY'],
  ['sizes of connections', '{ page(first: 100) { edges { node { similar(first: 20) { id } } } } }', 'QUERY_TOO_COSTLY'],
  ['lists of ids', 'query($ids: [ID!]!) { byId(ids: $ids) { id text } }', 'QUERY_TOO_COSTLY', { ids: Array.from({ length: 600 }, String) }],
  ['fragments that spread themselves', '{ ...f } fragment f on Query { b ...f }', 'GRAPHQL_VALIDATION_FAILED'],
  ['rings of fragments', '{ ...f } fragment f on Query { ...g } fragment g on Query { ...f }', 'GRAPHQL_VALIDATION_FAILED'],
  ['too many directives', `{ b ${'@skip(if: false) '.repeat(201)} }`, 'QUERY_TOO_LARGE'],
  ['brackets that exhaust the parser', `{ b(x: ${'['.repeat(4_900)}${']'.repeat(4_900)}) }`, 'GRAPHQL_PARSE_FAILED'],
  ['NUL in literals', '{ byId(ids: ["\\u0000"]) { id } }', 'BAD_USER_INPUT'],
  ['NUL in variables', 'query($ids: [ID!]!) { byId(ids: $ids) { id } }', 'BAD_USER_INPUT', { ids: ['a\0b'] }],
  ['half a surrogate pair', 'query($ids: [ID!]!) { byId(ids: $ids) { id } }', 'BAD_USER_INPUT', { ids: ['\ud83d'] }],
  [
    'every type through every other',
    `{ __schema { ${Array.from({ length: 5 }, (_, at) => `a${at}: types { fields { type { fields { name description isDeprecated args { name description } } } } }`).join(' ')} } }`,
    'QUERY_TOO_COSTLY',
  ],
]
for (const [name, text, code, variables] of refused) test(`refused: ${name}`, () => assert.equal(outcome(text, variables as never), code))

const passing: readonly (readonly [string, object?])[] = [
  ['{ few(first: 10) { id similar(first: 5) { id } } }'],
  ['query($n: Int) { few(first: $n) { id } }', { n: 20 }],
  ['query($n: Int) { few(first: $n) { id } }', { n: null }],
  ['query($n: Int) { few(first: $n) { id } }', {}],
  ['{ page { edges { node { id text } } } }'],
  ['{ ...f ...f } fragment f on Query { ...g ...g } fragment g on Query { b }'],
  ['{ byId(ids: ["😀", "é"]) { id } }'],
  [getIntrospectionQuery()],
  [
    getIntrospectionQuery({
      descriptions: false,
      oneOf: true,
      inputValueDeprecation: true,
      specifiedByUrl: true,
      directiveIsRepeatable: true,
    }),
  ],
  ['{ __type(name: "Item") { name fields { name type { name ofType { name ofType { name } } } } } }'],
]
for (const [text, variables] of passing)
  test(`passes: ${text.slice(0, 70).trim()}`, () => assert.equal(outcome(text, variables as never), 'passes'))

/** Operations as an attacker would make them: every part can be repeated, aliased, nested, doubled. */
const field = fc.constantFrom(
  'b',
  'a',
  'many',
  'few',
  'few(first: -3)',
  'few(first: 2147483647)',
  'few(first: $n)',
  'similar',
  '__schema',
  'types',
  'fields',
  'type',
  'ofType',
  'nope',
)
const hostile = fc.record({
  heads: fc.array(field, { minLength: 1, maxLength: 12 }),
  levels: fc.integer({ min: 0, max: 60 }),
  width: fc.integer({ min: 1, max: 40 }),
  shape: fc.constantFrom<'double' | 'alias' | 'repeat' | 'nest' | 'spread'>('double', 'alias', 'repeat', 'nest', 'spread'),
  on: fc.constantFrom('Query', 'Item', '__Type', 'Nope'),
})
type Hostile = typeof hostile extends fc.Arbitrary<infer T> ? T : never
const textOf = ({ heads, levels, width, shape, on }: Hostile): string => {
  const below = (inner: string): string => heads.reduceRight((text, head) => `${head} { ${text} }`, inner)
  if (shape === 'nest') return `query($n: Int) { ${`${heads[0]} { `.repeat(levels)}b${' }'.repeat(levels)} }`
  if (shape === 'repeat') return `query($n: Int) { ${`${below('id')} `.repeat(width * 20)} }`
  if (shape === 'alias') return `query($n: Int) { ${Array.from({ length: width * 5 }, (_, at) => `a${at}: ${below('id')}`).join(' ')} }`
  const inner = (at: number): string =>
    shape === 'double' ? `...f${at} ...f${at}` : `x: ${heads[0]} { ...f${at} } y: ${heads[0]} { ...f${at} }`
  const fragments = Array.from({ length: levels }, (_, at) => `fragment f${at} on ${on} { ${inner(at + 1)} }`)
  return `query($n: Int) { ${below('...f0')} } ${fragments.join(' ')} fragment f${levels} on ${on} { ${heads.at(-1)} }`
}

test('no operation takes long to measure, and what passes is quickly validated', () => {
  fc.assert(
    fc.property(hostile, fc.oneof(fc.integer(), fc.constant(null), fc.double(), fc.string()), (made, n) => {
      const text = textOf(made)
      let isIn = false
      const measuring = cpuMs(() => {
        isIn = outcome(text, { n }) === 'passes'
      })
      assert.ok(measuring < 250, `${measuring} ms for ${text.length} characters`)
      if (!isIn) return
      const validating = cpuMs(() => validate(schema, limiter(text, undefined).document, specifiedRules, { maxErrors: 20 }))
      assert.ok(validating < 1_000, `${validating} ms to validate ${text.slice(0, 300)}`)
    }),
    { numRuns: 400 },
  )
})

test('an admitted operation costs a few microseconds more each time', () => {
  const { admit } = limiter('query($n: Int) { few(first: $n) { id similar(first: 5) { id text } } }', undefined)
  const runs = 20_000
  const each = cpuMs(() => {
    for (let run = 0; run < runs; run += 1) admit({ n: 3 })
  })
  assert.ok((each * 1000) / runs < 50, `${(each * 1000) / runs} µs`)
})
