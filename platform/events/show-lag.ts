import { gauge } from '#platform/observe/metrics.ts'
import type { Lag } from '#platform/ports/event-log.ts'

type Source = () => Promise<readonly Lag[]>
const sources = new Set<Source>()
const labelNames = ['topic', 'group']

/** The lag of the groups that this process consumes for; none while the log cannot be read. */
const lagHere = async (): Promise<readonly Lag[]> => (await Promise.all([...sources].map((source) => source().catch(() => [])))).flat()

gauge('events_lag', 'Events that a group has not consumed yet', {
  labelNames,
  collect: async (figure) => {
    figure.reset()
    for (const { topic, group, events } of await lagHere()) figure.set({ topic, group }, events)
  },
})
gauge('events_lag_seconds', 'Age of the oldest event that a group has not consumed yet', {
  labelNames,
  collect: async (figure) => {
    figure.reset()
    for (const { topic, group, ageMs } of await lagHere()) figure.set({ topic, group }, ageMs / 1000)
  },
})

/** Shows operators, until disposed, how far the groups that this process consumes for are behind. */
export const showLag = (source: Source): Disposable => {
  sources.add(source)
  return { [Symbol.dispose]: () => void sources.delete(source) }
}
