import { messageOf } from '#platform/errors/errors.ts'
import { type CheckedPlanner, checkedPlanner } from './checked-planner.ts'
import type { Ask, Reply } from './planner-lane.ts'

/** Plans for the process that started this one. */
const planners = new Map<number, CheckedPlanner>()

const reply = (message: Reply): Promise<void> => new Promise((resolve) => process.send?.(message, undefined, undefined, () => resolve()))

const answer = async (ask: Exclude<Ask, { readonly close: number }>): Promise<Reply> => {
  try {
    if ('open' in ask) {
      const planner = checkedPlanner(ask.sdl)
      planners.set(ask.open, planner)
      return { id: ask.id, opened: planner.open(ask.kind) }
    }
    const planner = planners.get(ask.graph)
    if (planner === undefined) throw new TypeError(`Supergraph ${ask.graph} has not been opened`)
    planner.open(ask.kind)
    // NOTE: who waits counts the time from here; it has to know before a planner may block this process.
    await reply({ id: ask.id, began: true })
    return { id: ask.id, made: await planner.plan(ask.kind, ask.request) }
  } catch (error) {
    return { id: ask.id, failed: messageOf(error) }
  }
}

process.on('message', (ask: Ask) => {
  if ('close' in ask) planners.delete(ask.close)
  else void answer(ask).then(reply)
})
process.once('disconnect', () => process.exit())
// NOTE: the process that asks decides when this one ends; a Ctrl-C in a terminal reaches both.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined)
