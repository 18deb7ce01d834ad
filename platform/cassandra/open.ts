import { waitForEngine } from '#platform/engines/wait.ts'
import { CinegraphError, messageOf } from '#platform/errors/errors.ts'
import type { Log } from '#platform/observe/log.ts'
import { cassandraUrls, parseClusterUrl, placeOf } from '#platform/settings/cluster-url.ts'
import type { Environment } from '#platform/settings/setting.ts'
import { type CassandraSession, connectCassandra, isPassingCassandraFault } from './session.ts'

/** A session on the cluster of CASSANDRA_URL, which is waited for when it is late. Throws ENGINE_ABSENT or ENGINE_REFUSES. */
export const openCassandra = async (settings: Environment, log: Pick<Log, 'warn'>): Promise<CassandraSession> => {
  const url = parseClusterUrl(settings.CASSANDRA_URL ?? '', cassandraUrls)
  if (url === undefined) throw new CinegraphError('PROCESS_FAILED', { why: 'CASSANDRA_URL is not set.' })
  const opened: CassandraSession[] = []
  await waitForEngine({
    engine: 'Cassandra',
    setting: 'CASSANDRA_URL',
    where: placeOf(url),
    seconds: Number(settings.CINEGRAPH_DATABASE_WAIT_SECONDS ?? 60),
    log,
    attempt: async () => void opened.push(await connectCassandra(url)),
    refusal: (error) => (isPassingCassandraFault(error) ? undefined : messageOf(error)),
  })
  return opened[0] as CassandraSession
}
