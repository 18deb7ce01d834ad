import type { Random } from './random.ts'

/** What a malformed HTTP request is put together from. */
export type Material = { readonly paths: readonly string[]; readonly token: string }

const methods = ['GET', 'POST', 'PUT', 'HEAD', 'OPTIONS', 'DELETE', 'PATCH', 'CONNECT', 'TRACE', 'PRI', 'get', 'G\0T', '']
const targets = [
  '//',
  'http://[',
  'http://x:99999/',
  '*',
  '/%zz',
  '/%00',
  '/%',
  '\\',
  '/?%',
  '/graphql?query=%7B',
  '/graphql?variables={',
  '///a/../..',
]
const versions = ['HTTP/1.1', 'HTTP/1.1', 'HTTP/1.1', 'HTTP/1.0', 'HTTP/2.0', 'HTTP/9', 'http/1.1', '']
const operations = [
  '{ __typename }',
  'query ($a: ID!) { title(id: $a) { __typename } }',
  'mutation { signIn(email: "a@b.example", password: "\\u0000") { __typename } }',
  'subscription { uploadProgress(id: "x") { percent } }',
  '{ a: __typename ... @defer { b: __typename } }',
  '{ _entities(representations: [{ __typename: "Title" }]) { __typename } }',
  '{ __schema { types { name } } }',
  '{ x(',
  '"""',
  '\ud800',
]

const literals = (random: Random): unknown =>
  random.pick<unknown>([
    null,
    5,
    -1,
    Number.MAX_VALUE,
    'text',
    '\0',
    '\ud800',
    [],
    [null],
    {},
    { constructor: 1 },
    'x'.repeat(10_000),
    true,
  ])

export const operationBody = (random: Random): Record<string, unknown> => ({
  query: random.chance(0.8) ? random.pick(operations) : literals(random),
  ...(random.chance(0.5) ? { variables: random.chance(0.5) ? { a: literals(random) } : literals(random) } : {}),
  ...(random.chance(0.3) ? { operationName: literals(random) } : {}),
  ...(random.chance(0.3) ? { extensions: random.pick<unknown>([null, [], { persistedQuery: { version: 1, sha256Hash: 'x' } }]) } : {}),
  ...(random.chance(0.1) ? { documentId: literals(random) } : {}),
})

const body = (random: Random): Buffer => {
  const made = (): unknown =>
    random.chance(0.7) ? operationBody(random) : random.chance(0.5) ? [operationBody(random), literals(random)] : literals(random)
  const text = random.pick([
    () => JSON.stringify(made()) ?? '',
    () => JSON.stringify(made())?.slice(0, random.below(60)) ?? '',
    () => '['.repeat(20_000),
    () => '{"__proto__":{"query":"{ __typename }"}}',
    () => '{"a":'.repeat(5_000),
  ])()
  return random.chance(0.15) ? random.bytes(random.below(400)) : Buffer.from(text)
}

const headerLines = (random: Random, { token }: Material): readonly string[] => {
  const values: Readonly<Record<string, readonly string[]>> = {
    authorization: [
      `Bearer ${token}`,
      `Bearer ${token}`,
      'Bearer',
      'Bearer a b',
      `Bearer ${'a'.repeat(9_000)}`,
      'Basic x',
      'Bearer eyJ.e30.',
    ],
    accept: [
      'text/event-stream',
      'multipart/mixed',
      '*/*;q=x',
      'application/json;q=0',
      ';;;',
      ',',
      'application/graphql-response+json, */*;q=0.1',
    ],
    'content-type': [
      'application/json',
      'application/json',
      'application/json; charset=utf-16',
      'multipart/form-data',
      'application/octet-stream',
      ';',
      'x',
    ],
    'accept-encoding': ['br', 'gzip;q=0, *', 'zstd, br, gzip', '*;q=0', ';q=', 'identity;q=0'],
    range: ['bytes=0-0', 'bytes=-', 'bytes=9-1', `bytes=${'9'.repeat(400)}-`, 'bytes=0-1,2-3', 'lines=1'],
    'if-none-match': ['*', '"', 'W/"x", "y"', ','],
    origin: ['null', 'https://studio.apollographql.com', 'http://['],
    traceparent: ['00-0-0-0', '00-ffffffffffffffffffffffffffffffff-ffffffffffffffff-ff', 'x'],
    b3: ['1', '-', '0-0-0-0'],
    expect: ['100-continue', 'the-moon'],
    'x-cinegraph-device': ['\xe4\xff', 'x'.repeat(5_000)],
    'x-cinegraph-service': ['x', ''],
    connection: ['upgrade', 'close', 'keep-alive, authorization', ',,'],
    upgrade: ['websocket', 'h2c', ''],
    'x-forwarded-for': ['\t', '::1, 1.1.1.1'],
    cookie: ['a=b; ='],
  }
  const some = Object.entries(values).filter(() => random.chance(0.25))
  const lines = some.map(([name, choices]) => `${name}: ${random.pick(choices)}`)
  if (random.chance(0.05)) lines.push(...Array.from({ length: 300 }, (_, index) => `x-${index}: 1`))
  if (random.chance(0.05)) lines.push(`x-long: ${'y'.repeat(random.below(40_000))}`)
  if (random.chance(0.05)) lines.push(random.pick(['no colon', ' folded', 'a\0b: c', ': empty', 'x: \0']))
  return lines
}

const framing = (random: Random, content: Buffer): { readonly lines: readonly string[]; readonly content: Buffer } => {
  const chunked = Buffer.concat([Buffer.from(`${content.length.toString(16)}\r\n`), content, Buffer.from('\r\n0\r\n\r\n')])
  return random.pick([
    { lines: [`content-length: ${content.length}`], content },
    { lines: [`content-length: ${content.length}`], content },
    { lines: [`content-length: ${content.length + 50}`], content },
    { lines: [`content-length: ${random.pick(['-1', '1e9', '99999999999999999999', 'x'])}`], content },
    { lines: ['transfer-encoding: chunked'], content: chunked },
    { lines: ['transfer-encoding: chunked'], content },
    { lines: ['transfer-encoding: chunked', 'content-length: 4'], content: chunked },
    { lines: [], content },
  ])
}

/** One request as it goes onto the wire: mostly nearly right, so that it gets past the parser. */
export const requestBytes = (random: Random, material: Material): Buffer => {
  if (random.chance(0.05)) return random.bytes(random.below(600))
  const path = random.chance(0.75)
    ? random.pick(material.paths)
    : random.chance(0.8)
      ? random.pick(targets)
      : `/${'a'.repeat(random.below(30_000))}`
  const method = random.chance(0.7) ? random.pick(['GET', 'POST']) : random.pick(methods)
  const { lines, content } = framing(random, method === 'GET' ? Buffer.alloc(0) : body(random))
  const host = random.chance(0.9) ? ['host: localhost'] : random.pick([[], ['host: ['], ['host: a', 'host: b']])
  const head = [`${method} ${path} ${random.pick(versions)}`, ...host, ...headerLines(random, material), ...lines, '', ''].join('\r\n')
  const whole = Buffer.concat([Buffer.from(head, 'latin1'), content])
  if (random.chance(0.1)) whole[random.below(whole.length)] = random.below(256)
  return random.chance(0.05) ? whole.subarray(0, random.below(whole.length)) : whole
}
