import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newTrace, type Trace, traceparentOf } from '#platform/observe/tracing.ts'
import { openDatabase } from '#platform/postgres/database.ts'
import type { SubscribeMutation } from '../../bffs/web/documents.generated.ts'
import type { Links } from '../../start/links.ts'
import { addAccount } from '../accounts.ts'
import { type CollectedSpan, startCollector } from '../collector.ts'
import { Device, until } from '../member.ts'
import { ground } from '../sockets/processes.ts'

const password = 'correct horse battery'

/** How a device says where it stands in a trace: W3C Trace Context, B3 in one header, B3 in several. */
const dialects: Readonly<Record<string, (trace: Trace) => Readonly<Record<string, string>>>> = {
  w3c: (trace) => ({ traceparent: traceparentOf(trace) }),
  b3: ({ traceId, spanId }) => ({ b3: `${traceId}-${spanId}-1` }),
  'b3-several': ({ traceId, spanId }) => ({ 'x-b3-traceid': traceId, 'x-b3-spanid': spanId, 'x-b3-sampled': '1' }),
}

/** Services from a span up to the root of what was collected, each once, and the span that the root names as its cause. */
const causesOf = (span: CollectedSpan, spans: ReadonlyMap<string, CollectedSpan>) => {
  const services = new Set<string>()
  let cause: string | undefined
  for (let at: CollectedSpan | undefined = span; at !== undefined; at = spans.get(cause ?? '')) {
    services.add(at.service)
    cause = at.parentSpanId
  }
  return { services: [...services], cause }
}

const emailOf = (dialect: string): string => `${dialect}@example.org`

const subscribe = async (
  links: Pick<Links, 'web'>,
  dialect: string,
): Promise<{ readonly trace: Trace; readonly secrets: readonly string[] }> => {
  const trace = newTrace()
  const email = emailOf(dialect)
  const device = new Device(links as Links, 'web', { headers: dialects[dialect]?.(trace) ?? {} })
  const { accessToken, refreshToken } = await device.signIn(email, password)
  const answer = await device.ask<SubscribeMutation>('subscribe', { planId: 'basic' })
  assert.equal(answer.data.subscribe.__typename, 'Membership', JSON.stringify(answer))
  return { trace, secrets: [accessToken, refreshToken, password] }
}

test('what a worker does leads back by its causes to subgraph, supergraph, BFF and the device, in W3C and in B3', async () => {
  await using stack = new AsyncDisposableStack()
  const collector = await startCollector(stack)
  const place = stack.use(await ground())
  await using database = openDatabase(place.databaseUrl)
  for (const dialect of Object.keys(dialects)) await addAccount(database, { email: emailOf(dialect), password })
  const env = { CINEGRAPH_LOG_LEVEL: 'debug', OTEL_EXPORTER_OTLP_ENDPOINT: collector.url }
  const profile = await place.start('subgraphs/profile/main.ts', env)
  const supergraph = await place.start('supergraph/main.ts', { ...env, CINEGRAPH_PROFILE_URL: profile.url.origin })
  const web = await place.start('bffs/web/main.ts', { ...env, CINEGRAPH_SUPERGRAPH_URL: supergraph.url.origin })
  const notify = await place.start('workers/notify/main.ts', env)
  for (const dialect of Object.keys(dialects)) {
    const { trace, secrets } = await subscribe({ web: web.url.origin }, dialect)
    const found = await until(`${dialect}: every process has sent its spans`, 60_000, async () => {
      const spans = collector.spans().filter(({ traceId }) => traceId === trace.traceId)
      const done = spans.find(({ service }) => service === 'cinegraph-notify')
      const chain = done && causesOf(done, new Map(spans.map((span) => [span.spanId, span])))
      return chain?.cause === trace.spanId && chain
    })
    assert.deepEqual(
      found.services.map((name) => name.replace('cinegraph-', '')),
      ['notify', 'profile', 'supergraph', 'web'],
      dialect,
    )
    for (const each of [web, supergraph, profile, notify]) {
      const lines = each.printed()
      assert.ok(lines.includes(`"traceId":"${trace.traceId}"`), `${dialect}: a log line of each process carries the trace`)
      for (const secret of secrets) assert.ok(!lines.includes(secret), 'no secret in a log line')
    }
  }
})
