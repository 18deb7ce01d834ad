import assert from 'node:assert/strict'
import { test } from 'node:test'
import { buildSchema, GraphQLError, getVariableValues, Kind, parse, validate } from 'graphql'
import { printableOperation, withoutLiterals } from '#platform/graphql/printable.ts'
import { createIssuer } from '#platform/identity/access-token.ts'
import { createLog } from '#platform/observe/log.ts'
import { startCollector } from '../collector.ts'
import { until } from '../member.ts'
import { ada } from '../subgraph.ts'
import { ground } from './processes.ts'

const password = 'hunter2planted'
const email = 'planted.member@secret-mail.example'
const planted = [password, email, 'planted.member']

const operations: readonly object[] = [
  { query: `mutation { signIn(email: "${email}", password: "${password}") { __typename } }` },
  { query: `mutation { signIn(email: "${email}", password: ["${password}"]) { __typename } } # ${password}` },
  { query: `mutation S($p: String!) { signIn(email: "${email}", password: $p) { __typename } }`, variables: { p: password } },
  { query: 'mutation S($p: Int!) { signIn(email: $p, password: $p) { __typename } }', variables: { p: password } },
  { query: 'mutation S($p: String!) { signIn(email: $p, password: $p) { __typename } }', variables: { p: { nested: [password, email] } } },
  { query: `mutation { signIn(email: "${email}\\u0000", password: "${password}") { __typename } }` },
  { query: `mutation { signUp(email: "${email}\\u0000", password: "${password}", name: "${password}") { __typename } }` },
  { query: `{ title(id: "${password}") { nothing(a: "${password}") } search(text: 5.5, first: "${password}") { __typename } }` },
  { query: `{ search(text: "${password}" "${email}` },
  { query: `"${password}" { a }` },
  { query: '{ __typename }', operationName: password, variables: password },
]

const ask = async (url: string, token: string): Promise<string> => {
  const answers: string[] = []
  const post = async (body: string, headers: Record<string, string> = {}): Promise<void> => {
    const response = await fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } })
    answers.push(await response.text())
  }
  for (const operation of operations) {
    await post(JSON.stringify(operation))
    await post(JSON.stringify(operation), { authorization: `Bearer ${token}`, accept: 'text/event-stream' })
    const { query, variables } = operation as { query: string; variables?: unknown }
    const parameters = new URLSearchParams({ query, variables: JSON.stringify(variables ?? {}) })
    answers.push(await (await fetch(`${url}?${parameters}`)).text())
  }
  for (const body of [
    `{"query":"${password}`,
    `{"query": "{ a }", ${password}}`,
    `[${JSON.stringify(operations[0])}, "${password}"]`,
    `"${password}"`,
  ])
    await post(body)
  for (const path of [`/${password}`, `/%zz${password}`, `/page/${password}`]) answers.push(await (await fetch(new URL(path, url))).text())
  return answers.join('\n')
}

test('no log, metric, span or answer of any process repeats a secret that was sent to it', { timeout: 240_000 }, async () => {
  await using stack = new AsyncDisposableStack()
  const spans = await startCollector(stack)
  const place = stack.use(await ground())
  const token = await createIssuer(place.secrets.accessPrivateKey, 3_600).issue(ada)
  const env = { CINEGRAPH_LOG_LEVEL: 'debug', OTEL_EXPORTER_OTLP_ENDPOINT: spans.url }
  const profile = await place.start('subgraphs/profile/main.ts', env)
  const supergraph = await place.start('supergraph/main.ts', { ...env, CINEGRAPH_PROFILE_URL: profile.url.origin })
  const web = await place.start('bffs/web/main.ts', { ...env, CINEGRAPH_SUPERGRAPH_URL: supergraph.url.origin })
  const gateway = await place.start('supergraph/gateway.main.ts', env)
  const running = [profile, supergraph, web, gateway]
  const secrets = [...planted, token]
  for (const each of running) {
    const answers = await ask(new URL('/graphql', each.url).href, token)
    for (const secret of secrets) assert.ok(!answers.includes(secret), `an answer repeats ${secret}: ${around(answers, secret)}`)
  }
  for (const { admin } of running) {
    const metrics = await (await fetch(new URL('/metrics', admin))).text()
    for (const secret of secrets) assert.ok(!metrics.includes(secret), `a metric: ${around(metrics, secret)}`)
  }
  await until('spans have come', 20_000, async () => spans.text().includes('cinegraph-web') || undefined)
  for (const each of running) {
    await each.stop()
    for (const secret of secrets) assert.ok(!each.printed().includes(secret), `a log: ${around(each.printed(), secret)}`)
    assert.match(each.printed(), /"level":"(warn|debug)"/, 'it did log')
  }
  for (const secret of secrets) assert.ok(!spans.text().includes(secret), `a span: ${around(spans.text(), secret)}`)
})

const around = (text: string, secret: string): string => text.slice(Math.max(0, text.indexOf(secret) - 300), text.indexOf(secret) + 100)

test('messages of GraphQL about a value do not repeat it, and still name the place', () => {
  const schema = buildSchema(
    'type Query { a(x: String, n: Int, b: Boolean, e: E, i: I): String } enum E { ONE } input I { p: String! n: Int }',
  )
  const s = `"${password}"`
  const wrong = [
    `a(n: ${s})`,
    `a(b: ${s})`,
    `a(e: ${s})`,
    `a(x: 424242)`,
    `a(i: ${s})`,
    `a(i: { n: ${s} })`,
    `a(e: ${password})`,
    `a(x: { p: ${s} })`,
    `a(n: 4242424242424242)`,
  ]
  const messages = wrong.flatMap((field) => validate(schema, parse(`{ ${field} }`)).map(({ message }) => message))
  for (const text of [`{ a ${s} }`, `${s}`, `{ a(x: ${s} ${s}) }`, `{ a(x: "${password}`]) {
    try {
      parse(text)
    } catch (error) {
      if (error instanceof GraphQLError) messages.push(error.message)
    }
  }
  const operation = parse('query ($n: Int, $i: I, $e: E, $x: String) { a }').definitions[0]
  assert.ok(operation?.kind === Kind.OPERATION_DEFINITION)
  for (const value of [
    { n: password },
    { i: { p: 1, n: password } },
    { i: password },
    { e: password },
    { x: [password, 424242] },
    { i: { n: 1, q: password } },
  ]) {
    const { errors = [] } = getVariableValues(schema, operation.variableDefinitions ?? [], value)
    messages.push(...errors.map(({ message }) => message))
  }
  assert.ok(messages.length > 18, `${messages.length}`)
  for (const message of messages) {
    if (/Cannot query|Unknown|Field "/.test(message)) continue
    assert.doesNotMatch(withoutLiterals(message), /hunter2planted|4242/, message)
  }
  assert.equal(
    withoutLiterals('Variable "$i" got invalid value "x" at "i.n"; Int cannot'),
    'Variable "$i" got invalid value "…" at "i.n"; Int cannot',
  )
})

test('an operation in a log has its fields and nothing that was put into it', () => {
  const printed = printableOperation(
    `query Q($p: String = "${password}") { a(p: $p, q: "${password}", l: ["${password}"], o: { p: """${password}""" }, n: 4242) @d(x: "${email}") { b } } # ${password}`,
  )
  assert.doesNotMatch(printed, /planted|4242/)
  assert.match(printed, /query Q\(\$p: String = ""\) \{ a\(/)
  assert.equal(printableOperation(`{ "${password}`), 'not GraphQL')
})

test('errors of databases and libraries reach the log without the values that they carry', () => {
  let text = ''
  const log = createLog('test', 'debug', {
    write: (line: string) => {
      text += line
    },
  })
  const token = `eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl`
  const error = Object.assign(
    new Error(`duplicate key: data: { email: "${email}", hash: '${password}' }`, { cause: new Error(`"${password}"`) }),
    {
      detail: `Key (email)=(${email}) already exists.`,
      parameters: [password],
      code: '23505',
    },
  )
  log.error({ err: error }, 'failed')
  log.child({ module: 'x' }).warn({ why: `Bearer ${token} of ${email}`, url: `postgres://me:${password}@localhost/x` }, `for ${email}`)
  log.error(error)
  assert.doesNotMatch(text, /planted|c2lnbmF0dXJl/)
  assert.match(text, /"code":"23505"/)
  assert.match(text, /secrets\.test\.ts/, 'where it happened is there')
})
