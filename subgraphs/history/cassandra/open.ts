import type { CassandraSession } from '#platform/cassandra/session.ts'
import { messageOf } from '#platform/errors/errors.ts'
import type { Log } from '#platform/observe/log.ts'
import { cassandraHistory } from '../store.cassandra.ts'
import type { HistoryStore } from '../store.ts'
import { rollUp } from './roll-up.ts'
import { ensureTables } from './schema.ts'
import { beginState, holdRollUp } from './state.ts'

const rollUpEveryMs = 3_600_000

export type OpenDeps = { readonly session: CassandraSession; readonly clock: () => Date; readonly log: Log }

/** The history in a cluster, whose tables are made when they are missing; what has become old is compressed until it is disposed of. */
export const openCassandraHistory = async ({ session, clock, log }: OpenDeps): Promise<HistoryStore & AsyncDisposable> => {
  const tables = await ensureTables(session)
  await beginState(session, tables, clock())
  let running: Promise<void> | undefined
  const compress = async (): Promise<void> => {
    try {
      if (!(await holdRollUp(session, tables))) return
      const profiles = await rollUp({ session, tables, clock })
      if (profiles > 0) log.info({ profiles }, 'older views compressed')
    } catch (error) {
      log.warn({ reason: messageOf(error) }, 'older views not compressed; it is tried again')
    }
  }
  const timer = setInterval(() => {
    running = compress()
  }, rollUpEveryMs).unref()
  return {
    ...cassandraHistory({ session, tables, clock }),
    [Symbol.asyncDispose]: async () => {
      clearInterval(timer)
      await running
    },
  }
}
