import assert from 'node:assert/strict'
import { test } from 'node:test'
import { composeServices } from '@apollo/composition'
import fc from 'fast-check'
import { parse, validate } from 'graphql'
import type { AskSubgraph } from '../../supergraph/engine/ask.ts'
import { createEngine } from '../../supergraph/engine/engine.ts'
import { startPlannerProcess } from '../../supergraph/engine/plan/planner-process.ts'
import { createEntityStore } from '../../supergraph/gateway/entity-cache.ts'
import type { Incoming } from '../../supergraph/gateway/incoming.ts'
import { Choices } from './choices.ts'
import { checkAnswer, keeping } from './compare.ts'
import { makeModel } from './model.ts'
import { makeOperation } from './operations.ts'
import { subgraphService, wholeService } from './services.ts'
import { roomyLimits } from './small-graph.ts'

const graphs = Number(process.env.CINEGRAPH_GRAPHS ?? 300)
const operationsPerGraph = 40
/** What is asked here is whether plans are right; how long one may take is another test's. */
const planMs = 30_000
// NOTE: the same cases each time, so that a red run is about a change. CINEGRAPH_SEED=$RANDOM looks for new ones.
const seed = Number(process.env.CINEGRAPH_SEED ?? 20_261_121)

const numbers = (length: number) => fc.array(fc.nat(9_999), { minLength: length, maxLength: length, size: 'max' })

test('a split graph answers as the whole one does, whatever the split and the question', async (t) => {
  const trouble: string[] = []
  await using planning = startPlannerProcess((_text, why) => void trouble.push(why), planMs)
  const seen = { graphs: 0, operations: 0, uncomposable: 0, invalid: 0 }
  const property = fc.asyncProperty(
    numbers(250),
    fc.array(numbers(120), { minLength: operationsPerGraph, maxLength: operationsPerGraph, size: 'max' }),
    async (graph, asked) => {
      const model = makeModel(new Choices(graph))
      const services = model.subgraphs.map((name) => subgraphService(model, name))
      const composed = composeServices(services.map(({ name, text }) => ({ name, url: `http://${name}`, typeDefs: parse(text) })))
      if (composed.supergraphSdl === undefined) {
        seen.uncomposable += 1
        return
      }
      seen.graphs += 1
      const whole = wholeService(model)
      const ask = new Map(services.map((service) => [service.name, service.ask]))
      using planner = await planning.open(composed.supergraphSdl)
      const { supergraphSdl } = composed
      const askOf = (name: string): AskSubgraph<unknown> => ask.get(name) ?? (() => Promise.reject(new Error(`no ${name}`)))
      const entityCache = createEntityStore(8 * 1024 * 1024, () => '')
      const plain = createEngine<Incoming>({ supergraphSdl, planner, limits: roomyLimits, ask: askOf })
      const remembering = createEngine<Incoming>({
        supergraphSdl,
        planner,
        limits: roomyLimits,
        ask: (name) => keeping(askOf(name)),
        entityCache,
      })
      for (const choices of asked) {
        const operation = makeOperation(new Choices(choices), whole.schema)
        if (validate(whole.schema, parse(operation.text)).length > 0) {
          seen.invalid += 1
          continue
        }
        seen.operations += 1
        const expected = await whole.answer(operation.text, operation.variables)
        const both = async (): Promise<void> => {
          await checkAnswer(plain, operation, expected)
          await checkAnswer(remembering, operation, expected)
        }
        await both().catch((error: Error) => {
          throw new Error(
            `${error.message}\n${operation.text}\n${JSON.stringify(operation.variables)}\n${services.map(({ text }) => text).join('\n---\n')}`,
          )
        })
      }
    },
  )
  await fc.assert(property, { seed, numRuns: graphs, endOnFailure: false, interruptAfterTimeLimit: 120_000 })
  t.diagnostic(
    `${trouble.length} operations needed the reference planner, ${trouble.filter((why) => why.includes('crashed')).length} of them after a crash`,
  )
  t.diagnostic(`seed ${seed}: ${JSON.stringify(seen)}`)
  assert.ok(seen.operations >= Math.min(graphs * 5, 500), `too few operations were tried: ${JSON.stringify(seen)}`)
})
