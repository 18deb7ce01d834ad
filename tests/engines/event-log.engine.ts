import { createKafkaEventLog } from '#platform/adapters/event-log.kafka.ts'
import { createKafkaEventLogAdmin } from '#platform/adapters/event-log-admin.kafka.ts'
import { copyDatabase, log } from '../boot.ts'
import { eventLogSuite } from '../contracts/event-log.suite.ts'
import { ownSettings, whenUp } from './up.ts'

whenUp('kafka', 'KAFKA_URL', () => {
  eventLogSuite('Kafka', async (stack) => {
    const { url } = stack.use(await copyDatabase())
    const settings = { ...ownSettings(), DATABASE_URL: url }
    return {
      open: async () => stack.use(await createKafkaEventLog(settings, log)),
      admin: async () => stack.use(await createKafkaEventLogAdmin(settings, log)),
    }
  })
})
