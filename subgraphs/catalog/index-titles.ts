import { setTimeout as sleep } from 'node:timers/promises'
import { titles } from '#platform/contracts/topics/catalog.titles.ts'
import { messageOf } from '#platform/errors/errors.ts'
import type { Log } from '#platform/observe/log.ts'
import type { EventLog } from '#platform/ports/event-log.ts'
import type { Search } from './search.ts'

export type IndexTitlesDeps = { readonly events: Pick<EventLog, 'tail'>; readonly search: Search; readonly log: Log }

const retryMs = 1_000

/**
 * Keeps the search index of this process like the catalogue: tails what changes, then makes the index anew, so that nothing falls
 * between the two. Titles that change while others are refreshed are refreshed together. Disposing stops it.
 */
export const indexTitles = async ({ events, search, log }: IndexTitlesDeps): Promise<Disposable> => {
  const stop = new AbortController()
  const changed = await events.tail(titles, stop.signal)
  const pending = new Set<string>()
  let isRefreshing = false
  const refreshAll = async (): Promise<void> => {
    if (isRefreshing) return
    isRefreshing = true
    while (pending.size > 0 && !stop.signal.aborted) await refreshPending(pending, search).catch(waitAfter(log, stop.signal))
    isRefreshing = false
  }
  const collect = async (): Promise<void> => {
    for await (const { data } of changed) {
      pending.add(data.titleId)
      void refreshAll()
    }
  }
  await search.rebuild()
  collect().catch((error: unknown) => log.warn({ reason: messageOf(error) }, 'the search index no longer gets what changes'))
  return { [Symbol.dispose]: () => stop.abort() }
}

/** What could not be refreshed is pending again. */
const refreshPending = async (pending: Set<string>, search: Search): Promise<void> => {
  const ids = [...pending]
  pending.clear()
  try {
    await search.refresh(ids)
  } catch (error) {
    for (const id of ids) pending.add(id)
    throw error
  }
}

const waitAfter =
  (log: Log, signal: AbortSignal) =>
  async (error: unknown): Promise<void> => {
    log.warn({ reason: messageOf(error) }, 'titles wait to be put into the search index')
    await sleep(retryMs, undefined, { signal }).catch(() => undefined)
  }
