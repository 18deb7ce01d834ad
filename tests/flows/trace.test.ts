import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newTrace, traceparentOf } from '#platform/observe/tracing.ts'
import { temporaryFolder } from '../boot.ts'
import { Device, until } from '../member.ts'
import { startService } from '../run.ts'

test('one trace id leads from a device through BFF, supergraph and subgraph into the worker’s job', async () => {
  await using folder = await temporaryFolder()
  await using service = await startService(folder.path, ['--log-level', 'debug'])
  const trace = newTrace()
  const tv = new Device(service.links, 'tv', { headers: { traceparent: traceparentOf(trace) } })
  const { accessToken } = await tv.signIn('new@cinegraph.example')
  const query = 'mutation { subscribe(planId: "basic") { __typename } }'
  const headers = {
    'content-type': 'application/json',
    authorization: `Bearer ${accessToken}`,
    'x-b3-traceid': trace.traceId,
    'x-b3-spanid': trace.spanId,
  }
  await (await fetch(`${service.links.supergraph}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }) })).arrayBuffer()
  const lines = () =>
    service
      .stderr()
      .split('\n')
      .filter((line) => line.includes(trace.traceId))
  await until('the worker’s line', 15_000, async () => lines().some((line) => line.includes('subscription confirmed by mail')))
  const processes = new Set(lines().map((line) => (JSON.parse(line) as { process: string }).process))
  assert.deepEqual([...processes].toSorted(), ['control-plane', 'workers'])
  for (const line of service.stderr().split('\n'))
    for (const secret of [accessToken, 'popcorn-demo']) assert.ok(!line.includes(secret), 'no secret in a log line')
})
