import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { addressOf, type Begin, type Programs, type Recipe } from './recipe.ts'
import { findJava } from './tools/java.ts'
import { listens } from './tools/listens.ts'
import { provideJars } from './tools/maven.ts'
import { run } from './tools/run.ts'

const version = '4.1.0'
const jars = {
  engine: 'Kafka',
  artifacts: [`org.apache.kafka:kafka_2.13:${version}`, 'org.slf4j:slf4j-reload4j:1.7.36'],
  sha256: 'b0c3b3952e5a77ca134b302c2fd329494cb0149cc1c92fa5463befcbfb3f1e8d',
}
const heap = '320m'
const cluster = 'Y2luZWdyYXBoLWxvY2FsMQ'

const provide: Recipe['provide'] = async (kit): Promise<Programs> => ({
  java: await findJava('Kafka', { min: 17 }),
  lib: await provideJars(kit, jars),
})

const settingsOf = ({ server, servers }: Pick<Begin, 'server' | 'servers'>): string => {
  const all = Object.values(servers)
  const number = (name: string): number => all.findIndex((each) => each.name === name) + 1
  const copies = Math.min(3, all.length)
  return `process.roles=broker,controller
node.id=${number(server.name)}
controller.quorum.voters=${all.map((each) => `${number(each.name)}@${addressOf(each, 'controller')}`).join(',')}
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://${addressOf(server, 'client')},CONTROLLER://${addressOf(server, 'controller')}
advertised.listeners=PLAINTEXT://${addressOf(server, 'client')}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs=${server.dir}/data
default.replication.factor=${copies}
min.insync.replicas=${Math.max(1, copies - 1)}
offsets.topic.replication.factor=${copies}
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=${copies}
transaction.state.log.min.isr=${Math.max(1, copies - 1)}
transaction.state.log.num.partitions=4
group.initial.rebalance.delay.ms=0
auto.create.topics.enable=false
broker.session.timeout.ms=6000
num.network.threads=2
num.io.threads=4
log.cleaner.dedupe.buffer.size=16777216
`
}

const log4j = `log4j.rootLogger=WARN, out
log4j.appender.out=org.apache.log4j.ConsoleAppender
log4j.appender.out.layout=org.apache.log4j.PatternLayout
log4j.appender.out.layout.ConversionPattern=%d{HH:mm:ss} %p %c{1} %m%n
`

/** Up to three brokers, each also a controller: with three, one may die and every acknowledged event stays. */
export const kafka: Recipe = {
  name: 'kafka',
  version: `Kafka ${version}`,
  servers: [1, 2, 3].map((broker) => ({ name: `kafka-${broker}`, ports: ['client', 'controller'] })),
  size: 'brokers',
  readySeconds: 300,
  provide,
  command: async ({ server, servers, programs }) => {
    const [settings, logging] = [join(server.dir, 'server.properties'), join(server.dir, 'log4j.properties')]
    await writeFile(settings, settingsOf({ server, servers }))
    await writeFile(logging, log4j)
    const [java, classes] = [programs.java ?? '', ['-cp', `${programs.lib}/*`]]
    await run(java, ['-Xmx128m', ...classes, 'kafka.tools.StorageTool', 'format', '-t', cluster, '-c', settings, '--ignore-formatted'])
    return {
      program: java,
      args: [
        ...[`-Xms${heap}`, `-Xmx${heap}`, '-XX:+UseSerialGC', `-Dlog4j.configuration=file:${logging}`],
        ...[...classes, 'kafka.Kafka', settings],
      ],
    }
  },
  ready: listens,
  env: (servers) => ({
    KAFKA_URL: `kafka://${Object.values(servers)
      .map((server) => addressOf(server, 'client'))
      .join(',')}`,
  }),
}
