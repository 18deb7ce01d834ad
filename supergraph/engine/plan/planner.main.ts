import { messageOf } from '#platform/errors.ts'
import { conflictFinder } from './conflicts.ts'
import { apolloPlanner } from './planner.apollo.ts'
import { hivePlanner } from './planner.hive.ts'
import type { Planner } from './planner.ts'
import type { Ask, Tell } from './planner-process.ts'

/** Plans for the process that started this one, one operation at a time, so that it knows which one a crash is about. */
const sdls = new Map<number, string>()
const planners = new Map<string, Planner>()
const finders = new Map<number, ReturnType<typeof conflictFinder>>()
const makers = { fast: hivePlanner, reference: apolloPlanner } as const

const sdlOf = (graph: number): string => {
  const sdl = sdls.get(graph)
  if (sdl === undefined) throw new TypeError(`Supergraph ${graph} has not been opened`)
  return sdl
}

const plannerOf = (graph: number, kind: keyof typeof makers): Planner => {
  const key = `${kind} ${graph}`
  const known = planners.get(key)
  if (known !== undefined) return known
  const made = makers[kind](sdlOf(graph))
  planners.set(key, made)
  return made
}

const conflictsOf = (graph: number): ReturnType<typeof conflictFinder> => {
  const known = finders.get(graph)
  if (known !== undefined) return known
  const made = conflictFinder(sdlOf(graph))
  finders.set(graph, made)
  return made
}

const answer = async (ask: Exclude<Ask, { readonly close: number }>): Promise<Tell> => {
  try {
    if ('open' in ask) {
      sdls.set(ask.open, ask.sdl)
      const { overrideLabels, overridePercentages } = plannerOf(ask.open, 'fast')
      return { id: ask.id, opened: { overrideLabels, overridePercentages } }
    }
    const plan = await plannerOf(ask.graph, ask.kind).plan(ask.request)
    const conflict = ask.kind === 'fast' ? conflictsOf(ask.graph)(plan) : undefined
    return conflict === undefined ? { id: ask.id, plan } : { id: ask.id, failed: conflict }
  } catch (error) {
    return { id: ask.id, failed: messageOf(error) }
  }
}

let last = Promise.resolve()
process.on('message', (ask: Ask) => {
  if ('close' in ask) {
    sdls.delete(ask.close)
    finders.delete(ask.close)
    for (const kind of Object.keys(makers)) planners.delete(`${kind} ${ask.close}`)
    return
  }
  last = last.then(async () => {
    const told = await answer(ask)
    process.send?.(told)
  })
})
process.once('disconnect', () => process.exit())
// NOTE: the process that asks decides when this one ends; a Ctrl-C in a terminal reaches both.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined)
