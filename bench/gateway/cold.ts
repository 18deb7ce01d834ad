import { monitorEventLoopDelay } from 'node:perf_hooks'
import { composeServices } from '@apollo/composition'
import { parse } from 'graphql'
import { createEngine } from '../../supergraph/engine/engine.ts'
import { startPlannerProcess } from '../../supergraph/engine/plan/planner-process.ts'

export type Cold = { readonly planMs: number; readonly loopMsMax: number }

const lookAlikes = 12
const fields = 8

/** A query over many subgraphs that could all answer all of it: how long a first plan takes, and for how long it blocks the event loop. */
export const measureCold = async (): Promise<Cold> => {
  const link = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@shareable"])'
  const names = Array.from({ length: fields }, (_, index) => `f${index}`)
  const type = (own: number) =>
    `type Node @key(fields: "id") { id: ID! next: Node @shareable ${names.map((name) => `${name}: Int @shareable`).join(' ')} own${own}: Int }`
  const { supergraphSdl } = composeServices(
    Array.from({ length: lookAlikes }, (_, index) => ({
      name: `s${index}`,
      url: 'http://none',
      typeDefs: parse(`${link} type Query { node: Node @shareable } ${type(index)}`),
    })),
  )
  if (supergraphSdl === undefined) throw new TypeError('The look-alike subgraphs do not compose')
  await using planning = startPlannerProcess()
  using planner = await planning.open(supergraphSdl)
  const engine = createEngine<undefined>({ supergraphSdl, planner, ask: () => async () => ({ data: {} }) })
  const selection = (depth: number): string =>
    `{ ${names.join(' ')} ${Array.from({ length: lookAlikes }, (_, index) => `own${index}`).join(' ')} ${depth === 0 ? '' : `next ${selection(depth - 1)}`} }`
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  const began = performance.now()
  await engine.planOf(`{ node ${selection(3)} }`)
  const planMs = performance.now() - began
  delay.disable()
  return { planMs, loopMsMax: delay.max / 1e6 }
}
