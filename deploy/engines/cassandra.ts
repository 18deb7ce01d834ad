import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { addressOf, type Programs, type Recipe, type Server, type Servers } from './recipe.ts'
import { findJava } from './tools/java.ts'
import { listens } from './tools/listens.ts'
import { provideJars } from './tools/maven.ts'

const version = '5.0.5'
const jars = {
  engine: 'Cassandra',
  artifacts: [`org.apache.cassandra:cassandra-all:${version}`],
  sha256: '720ae5afe3fbdf14317f7e5da6b09834ce9dde546d40334a1e63cc7621fe671c',
}
const heap = '512m'

/** What Cassandra reaches for inside of Java 17: `conf/jvm17-server.options` of its distribution. */
const exported = [
  'java.base/jdk.internal.misc',
  'java.base/jdk.internal.ref',
  'java.base/jdk.internal.perf',
  'java.base/java.lang.ref',
  'java.sql/java.sql',
  'java.rmi/sun.rmi.registry',
  'java.rmi/sun.rmi.server',
  'java.management.rmi/com.sun.jmx.remote.internal.rmi',
  'jdk.unsupported/sun.misc',
].flatMap((each) => ['--add-exports', `${each}=ALL-UNNAMED`])
const opened = [
  ...['java.io', 'java.lang', 'java.lang.module', 'java.lang.reflect', 'java.math', 'java.net', 'java.nio', 'java.util'],
  ...['java.util.concurrent', 'java.util.concurrent.atomic', 'java.util.regex', 'jdk.internal.loader', 'jdk.internal.math'],
  ...['jdk.internal.module', 'jdk.internal.ref', 'jdk.internal.reflect', 'jdk.internal.util.jar', 'sun.nio.ch'],
].flatMap((each) => ['--add-opens', `java.base/${each}=ALL-UNNAMED`])

const settingsOf = (server: Server, servers: Servers): string => {
  const [seed] = Object.values(servers)
  return `cluster_name: cinegraph
num_tokens: 4
partitioner: org.apache.cassandra.dht.Murmur3Partitioner
endpoint_snitch: SimpleSnitch
seed_provider:
  - class_name: org.apache.cassandra.locator.SimpleSeedProvider
    parameters:
      - seeds: "${seed === undefined ? '' : addressOf(seed, 'storage')}"
listen_address: ${server.host}
rpc_address: ${server.host}
storage_port: ${server.ports.storage}
native_transport_port: ${server.ports.client}
data_file_directories: [${server.dir}/data]
commitlog_directory: ${server.dir}/commitlog
hints_directory: ${server.dir}/hints
saved_caches_directory: ${server.dir}/saved_caches
cdc_raw_directory: ${server.dir}/cdc_raw
# Acknowledged means on disk.
commitlog_sync: group
commitlog_sync_group_window: 2ms
auto_snapshot: false
memtable_heap_space: 64MiB
concurrent_reads: 8
concurrent_writes: 8
`
}

const logback = `<configuration>
  <appender name="out" class="ch.qos.logback.core.ConsoleAppender"><encoder><pattern>%d{HH:mm:ss.SSS} %-5level %logger{20} %msg%n</pattern></encoder></appender>
  <root level="WARN"><appender-ref ref="out"/></root>
</configuration>
`

const provide: Recipe['provide'] = async (kit): Promise<Programs> => ({
  java: await findJava('Cassandra', { min: 17, max: 17 }),
  lib: await provideJars(kit, jars),
})

/** Up to three nodes, on 127.0.0.1 to 127.0.0.3: what an acknowledged write wants survives the death of one of three. */
export const cassandra: Recipe = {
  name: 'cassandra',
  version: `Cassandra ${version}`,
  servers: [1, 2, 3].map((node) => ({ name: `cassandra-${node}`, host: `127.0.0.${node}`, ports: ['client', 'storage'] })),
  size: 'nodes',
  inTurn: true,
  readySeconds: 240,
  provide,
  command: async ({ server, servers, programs }) => {
    const [settings, logging] = [join(server.dir, 'cassandra.yaml'), join(server.dir, 'logback.xml')]
    await writeFile(settings, settingsOf(server, servers))
    await writeFile(logging, logback)
    return {
      program: programs.java ?? '',
      args: [
        ...[`-Xms${heap}`, `-Xmx${heap}`, '-XX:+UseSerialGC', '-Djdk.attach.allowAttachSelf=true', ...exported, ...opened],
        ...[
          `-Dcassandra.config=file://${settings}`,
          `-Dlogback.configurationFile=file://${logging}`,
          `-Dcassandra.storagedir=${server.dir}`,
        ],
        ...['-Dcassandra-foreground=yes', '-Dcassandra.ring_delay_ms=4000', '-Dcassandra.skip_wait_for_gossip_to_settle=0'],
        ...['-Dcassandra.available_processors=2', '-cp', `${programs.lib}/*`, 'org.apache.cassandra.service.CassandraDaemon'],
      ],
    }
  },
  // NOTE: a node listens for clients once it is part of the ring.
  ready: listens,
  env: (servers) => ({
    CASSANDRA_URL: `cassandra://${Object.values(servers)
      .map((server) => addressOf(server, 'client'))
      .join(',')}`,
  }),
}
