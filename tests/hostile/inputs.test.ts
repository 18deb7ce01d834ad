import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { buildSubgraphSchema } from '@apollo/subgraph'
import { buildSchema, parse } from 'graphql'
import { errorTable } from '#platform/errors/errors.ts'
import { subgraphNames } from '#platform/settings/subgraphs.ts'
import { readSchema } from '../../bffs/device/documents.ts'
import { bootPlatform } from '../boot.ts'
import { Device } from '../member.ts'
import { serveSubgraph } from '../subgraph.ts'
import { type Probe, probesOf } from './probes.ts'

const home = join(import.meta.dirname, '..', '..')
/** Far above what any of them takes, also on a busy machine. */
const answerMsMax = 5_000
const callersMistakes = new Set([
  ...Object.values(errorTable)
    .filter(({ http }) => http < 500)
    .map(({ graphql }) => graphql as string),
  'GRAPHQL_VALIDATION_FAILED',
])

type Answer = { readonly status: number; readonly body: string }

/** What is wrong with the answer to a probe: nothing when it is data, or says that the caller is mistaken. */
const faultOf = ({ status, body }: Answer, ms: number): string | undefined => {
  if (ms > answerMsMax) return `took ${Math.round(ms)} ms`
  if (status === 413) return undefined
  const { errors = [] } = JSON.parse(body) as {
    readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[]
  }
  if (status >= 500) return `status ${status}: ${body.slice(0, 200)}`
  return errors
    .map(({ message, extensions }) => `${extensions?.code}: ${message}`)
    .find((_, at) => !callersMistakes.has(errors[at]?.extensions?.code ?? ''))
}

const faultsOf = async (probes: readonly Probe[], send: (probe: Probe) => Promise<Answer>): Promise<readonly string[]> => {
  const faults: string[] = []
  for (const probe of probes) {
    const started = performance.now()
    const fault = faultOf(await send(probe), performance.now() - started)
    if (fault !== undefined) faults.push(`${probe.place} = ${JSON.stringify(probe.variables).slice(0, 120)} → ${fault}`)
  }
  return faults
}

for (const name of subgraphNames) {
  test(`${name}: no value of an argument is answered with a fault of ours`, async () => {
    const schema = buildSubgraphSchema(parse(await readFile(join(home, 'subgraphs', name, 'schema.graphql'), 'utf8')))
    // What playback asks of the supergraph: a member and a title that are not there.
    await using subgraph = await serveSubgraph(name, async () => ({ data: { watching: null, title: null } }))
    const probes = probesOf(schema)
    assert.ok(probes.length > 0)
    assert.deepEqual(await faultsOf(probes, ({ query, variables }) => subgraph.send({ query, variables }, { operator: true })), [])
  })
}

const shared = new Set(
  probesOf(buildSchema(readFileSync(join(home, 'bffs/device/schema.graphql'), 'utf8'))).map(({ place }) => place.split('.')[0]),
)

test('bffs: no value of an argument is answered with a fault of ours', async () => {
  await using platform = await bootPlatform()
  for (const kind of ['tv', 'mobile', 'web'] as const) {
    const device = new Device(platform.links, kind)
    const { accessToken } = await device.signIn()
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${accessToken}` }
    const send = async (probe: Probe): Promise<Answer> => {
      const response = await fetch(`${platform.links[kind]}/graphql`, { method: 'POST', headers, body: JSON.stringify(probe) })
      return { status: response.status, body: await response.text() }
    }
    const probes = probesOf(buildSchema(readSchema(join(home, 'bffs', kind))))
    // What all devices ask has one resolver for all of them: the television stands for the others.
    const own = kind === 'tv' ? probes : probes.filter(({ place }) => !shared.has(place.split('.')[0] ?? ''))
    assert.ok(own.length > 0)
    assert.deepEqual(await faultsOf(own, send), [], kind)
    assert.equal((await send({ place: '', query: '{ __typename }', variables: { x: 'x'.repeat(1_000_000) } })).status, 413)
  }
})
