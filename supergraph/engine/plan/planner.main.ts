import { messageOf } from '#platform/errors/errors.ts'
import { type CheckedPlanner, checkedPlanner } from './checked-planner.ts'
import type { Ask, Reply } from './planner-process.ts'

/** Plans for the process that started this one, one operation at a time, so that it knows which one a crash is about. */
const planners = new Map<number, CheckedPlanner>()

const answer = async (ask: Exclude<Ask, { readonly close: number }>): Promise<Reply> => {
  try {
    if ('open' in ask) {
      const planner = checkedPlanner(ask.sdl)
      planners.set(ask.open, planner)
      const { overrideLabels, overridePercentages } = planner
      return { id: ask.id, opened: { overrideLabels, overridePercentages } }
    }
    const planner = planners.get(ask.graph)
    if (planner === undefined) throw new TypeError(`Supergraph ${ask.graph} has not been opened`)
    return { id: ask.id, plan: await planner.plan(ask.kind, ask.request) }
  } catch (error) {
    return { id: ask.id, failed: messageOf(error) }
  }
}

let last = Promise.resolve()
process.on('message', (ask: Ask) => {
  if ('close' in ask) {
    planners.delete(ask.close)
    return
  }
  last = last.then(async () => {
    const reply = await answer(ask)
    process.send?.(reply)
  })
})
process.once('disconnect', () => process.exit())
// NOTE: the process that asks decides when this one ends; a Ctrl-C in a terminal reaches both.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined)
