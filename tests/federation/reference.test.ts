import assert from 'node:assert/strict'
import { test } from 'node:test'
import { composeGraph, createService, deepQuery, type Name, subgraphNames } from '../../bench/gateway/graph.ts'
import type { AskSubgraph } from '../../supergraph/engine/ask.ts'
import { createEngine } from '../../supergraph/engine/engine.ts'
import { startPlannerProcess } from '../../supergraph/engine/plan/planner-process.ts'
import { createReference } from '../../supergraph/reference.ts'
import { roomyLimits } from './small-graph.ts'

const counted = () => {
  const services = new Map(subgraphNames.map((name) => [name as string, createService(name)]))
  const seen = { fetches: 0 }
  const ask =
    (name: string): AskSubgraph<undefined> =>
    async ({ query, variables }) => {
      seen.fetches += 1
      const answer = await services.get(name as Name)?.(query, JSON.parse(variables) as Record<string, unknown>)
      return JSON.parse(JSON.stringify(answer)) as object
    }
  return { seen, ask }
}

test('the deep query of the public benchmark: the answer of @apollo/gateway, with 7 fetches instead of 16', async () => {
  const supergraphSdl = composeGraph((name) => `http://${name}`)
  await using planning = startPlannerProcess()
  using planner = await planning.open(supergraphSdl)
  const ours = counted()
  const theirs = counted()
  const engine = createEngine<undefined>({ supergraphSdl, planner, limits: roomyLimits, ask: ours.ask })
  await using reference = await createReference<undefined>({ supergraphSdl, ask: theirs.ask })
  const answer = await engine.execute({ query: deepQuery }, undefined)
  assert.deepEqual(JSON.parse(String(answer.json())), JSON.parse(JSON.stringify(await reference.execute({ query: deepQuery }, undefined))))
  assert.equal(ours.seen.fetches, 7)
  assert.ok(theirs.seen.fetches > ours.seen.fetches, `${theirs.seen.fetches} fetches`)
  assert.ok(answer.json().length > 80_000, `${answer.json().length} bytes`)
})
