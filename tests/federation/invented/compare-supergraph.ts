import { parse, validate } from 'graphql'
import type { AskSubgraph } from '../../../supergraph/engine/ask.ts'
import { createEngine } from '../../../supergraph/engine/engine.ts'
import type { PlannerProcess } from '../../../supergraph/engine/plan/planner-process.ts'
import { createEntityStore } from '../../../supergraph/gateway/entity-cache.ts'
import type { Incoming } from '../../../supergraph/gateway/incoming.ts'
import { Choices } from '../choices.ts'
import { checkAnswer, checkParts, keeping } from '../compare.ts'
import { makeOperation, type Operation } from '../operations.ts'
import { roomyLimits } from '../small-graph.ts'
import { inventGraph } from './services.ts'

export type Compared = {
  readonly operations: number
  /** The operation with the shortest text that was answered wrongly, and what was wrong. */
  readonly fault: { readonly operation: Operation; readonly why: string } | null
  readonly faults: number
}
type Comparing = {
  readonly planning: PlannerProcess
  /** How many random operations are made; invalid ones among them are left out. */
  readonly operations: number
  readonly seed: number
  /** Operations that are asked before the random ones. */
  readonly texts?: readonly string[]
}

/**
 * Answers random operations over a supergraph with invented data, and compares with one graphql-js execution of the whole
 * graph; each operation twice, with the entity cache and without.
 */
export const compareSupergraph = async (
  supergraphSdl: string,
  { planning, operations, seed, texts = [] }: Comparing,
): Promise<Compared> => {
  const graph = inventGraph(supergraphSdl)
  using planner = await planning.open(supergraphSdl)
  const entityCache = createEntityStore(8 * 1024 * 1024, () => '')
  const engineOver = (ask: (name: string) => AskSubgraph<unknown>, more: object = {}) =>
    createEngine<Incoming>({ supergraphSdl, planner, limits: roomyLimits, ask, ...more })
  const engines = [engineOver(graph.ask), engineOver((name) => keeping(graph.ask(name)), { entityCache })] as const
  const numbers = numbersFrom(seed)
  const faults: { readonly operation: Operation; readonly why: string }[] = []
  let count = 0
  const made = function* (): Generator<Operation> {
    for (const text of texts) yield { text, variables: {} }
    for (let index = 0; index < operations; index += 1)
      yield makeOperation(new Choices(Array.from({ length: 120 }, numbers)), graph.schema, 20)
  }
  for (const operation of made()) {
    if (validate(graph.schema, parse(operation.text)).length > 0) continue
    count += 1
    const expected = await graph.answer(operation.text, operation.variables)
    if (expected.errors === undefined && operation.text.includes('@defer'))
      await checkParts(engines[0], operation, expected).catch((error: Error) =>
        faults.push({ operation, why: `in parts: ${error.message}` }),
      )
    for (const engine of engines)
      await checkAnswer(engine, operation, expected).catch((error: Error) => faults.push({ operation, why: error.message }))
  }
  const [fault = null] = faults.toSorted((a, b) => a.operation.text.length - b.operation.text.length)
  return { operations: count, fault, faults: faults.length }
}

/** Numerical Recipes' linear congruence, its upper bits: the same numbers for a seed on every machine. */
const numbersFrom = (seed: number): (() => number) => {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state >>> 8
  }
}
