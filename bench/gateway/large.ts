import { composeServices } from '@apollo/composition'
import { parse } from 'graphql'
import { createEngine } from '../../supergraph/engine/engine.ts'
import { startPlannerProcess } from '../../supergraph/engine/plan/planner-process.ts'

export type Large = { readonly megabytes: number; readonly cpuMs: number }

const rows = 24_000
const link = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])'
const sdls = {
  a: `${link} type Query { rows: [Row!]! } type Row @key(fields: "id") { id: ID! text: String }`,
  b: `${link} type Row @key(fields: "id") { id: ID! more: String n: Int }`,
}

/** An answer of 8 MB, half of it from each of two subgraphs: CPU time to fetch, merge and write it, HTTP left out. */
export const measureLarge = async (): Promise<Large> => {
  const { supergraphSdl } = composeServices(Object.entries(sdls).map(([name, sdl]) => ({ name, url: 'http://none', typeDefs: parse(sdl) })))
  if (supergraphSdl === undefined) throw new TypeError('The subgraphs do not compose')
  const list = Array.from({ length: rows }, (_, index) => ({ __typename: 'Row', id: `row-${index}`, text: 'x'.repeat(140) }))
  const answers = {
    a: JSON.stringify({ data: { rows: list } }),
    b: JSON.stringify({ data: { _entities: list.map((_, index) => ({ more: 'y'.repeat(140), n: index })) } }),
  }
  await using planning = startPlannerProcess()
  using planner = await planning.open(supergraphSdl)
  const engine = createEngine<undefined>({
    supergraphSdl,
    planner,
    ask: (name) => async () => JSON.parse(answers[name as 'a' | 'b']) as object,
  })
  const once = async (): Promise<number> => (await engine.execute({ query: '{ rows { id text more n } }' }, undefined)).json().length
  await once()
  const before = process.cpuUsage()
  const times = 5
  let bytes = 0
  for (let index = 0; index < times; index += 1) bytes = await once()
  const used = process.cpuUsage(before)
  return { megabytes: bytes / 1e6, cpuMs: (used.user + used.system) / 1_000 / times }
}
