import { waitForEngine } from '#platform/engines/wait.ts'
import { CinegraphError, messageOf } from '#platform/errors/errors.ts'
import type { Log } from '#platform/observe/log.ts'
import { kafkaUrls, parseClusterUrl, placeOf } from '#platform/settings/cluster-url.ts'
import type { Environment } from '#platform/settings/setting.ts'
import { type Cluster, connectKafka } from './cluster.ts'

const refusals = /SASL|auth|certificate|SSL|wrong version number|unsupported|not implemented/i

/** The brokers of KAFKA_URL, which are waited for when they are late. Throws ENGINE_ABSENT or ENGINE_REFUSES. */
export const openKafka = async (settings: Environment, log: Log): Promise<Cluster> => {
  const url = parseClusterUrl(settings.KAFKA_URL ?? '', kafkaUrls)
  if (url === undefined) throw new CinegraphError('PROCESS_FAILED', { why: 'KAFKA_URL is not set.' })
  const opened: Cluster[] = []
  await waitForEngine({
    engine: 'Kafka',
    setting: 'KAFKA_URL',
    where: placeOf(url),
    seconds: Number(settings.CINEGRAPH_DATABASE_WAIT_SECONDS ?? 60),
    log,
    attempt: async () => void opened.push(await connectKafka(url, log)),
    refusal: (error) => (refusals.test(messageOf(error)) ? messageOf(error) : undefined),
  })
  return opened[0] as Cluster
}
