import { copyFile, mkdir, readdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { addressOf, type Kit, type Programs, type Recipe, type Server } from './recipe.ts'
import { cachedFolder } from './tools/cached.ts'
import { findJava } from './tools/java.ts'
import { provideJars } from './tools/maven.ts'

const version = '9.2.2'
const jars = {
  engine: 'Elasticsearch',
  artifacts: [`org.elasticsearch:elasticsearch:${version}`, `org.elasticsearch.plugin:transport-netty4:${version}`],
  sha256: '11122069234ffad807a471ce7e1c70bb707080c47b9251bfc5e93a8727e88151',
}
const heap = '400m'

const descriptor = `name=transport-netty4
description=HTTP and transport
version=${version}
elasticsearch.version=${version}
java.version=21
classname=org.elasticsearch.transport.netty4.Netty4Plugin
has.native.controller=false
`

const provide = async (kit: Kit): Promise<Programs> => {
  const java = await findJava('Elasticsearch', { min: 21 })
  const lib = await provideJars(kit, jars)
  const home = await cachedFolder(join(kit.cache, `elasticsearch-${version}`), (partial) => layOut(lib, partial))
  return { java, home }
}

/** The server loads its transport as a plugin, from a folder of its own; the rest lies on the module path. */
const layOut = async (lib: string, home: string): Promise<void> => {
  const plugin = join(home, 'modules', 'transport-netty4')
  for (const dir of [plugin, join(home, 'lib'), join(home, 'config'), join(home, 'plugins')]) await mkdir(dir, { recursive: true })
  for (const jar of await readdir(lib)) {
    if (jar.includes('netty')) await copyFile(join(lib, jar), join(plugin, jar))
    else await symlink(join(lib, jar), join(home, 'lib', jar))
  }
  await writeFile(join(plugin, 'plugin-descriptor.properties'), descriptor)
}

const exported = ['node', 'env', 'plugins'].flatMap((each) => [
  '--add-exports',
  `org.elasticsearch.server/org.elasticsearch.${each}=ALL-UNNAMED`,
])

const health = async (server: Server): Promise<void> => {
  const answer = await fetch(`http://${addressOf(server, 'http')}/_cluster/health?wait_for_status=yellow&timeout=1s`, {
    signal: AbortSignal.timeout(3_000),
  })
  if (!answer.ok) throw new Error(`it answers ${answer.status}`)
}

/** One node: the libraries of the server, without the parts that are not published on Maven (analysis-common, painless, reindex). */
export const elasticsearch: Recipe = {
  name: 'elasticsearch',
  version: `Elasticsearch ${version}`,
  servers: [{ name: 'elasticsearch', ports: ['http', 'transport'] }],
  provide,
  command: async ({ server, programs }) => ({
    program: programs.java ?? '',
    args: [
      ...[`-Xms${heap}`, `-Xmx${heap}`, '-XX:+UseSerialGC', '--enable-native-access=ALL-UNNAMED,org.apache.lucene.core'],
      ...['--module-path', join(programs.home ?? '', 'lib'), '--add-modules=jdk.net,ALL-MODULE-PATH', ...exported],
      ...[join(import.meta.dirname, 'elasticsearch', 'EmbeddedNode.java'), programs.home ?? '', `path.data=${server.dir}`],
      ...[`http.port=${server.ports.http}`, `transport.port=${server.ports.transport}`, `network.host=${server.host}`],
      ...[
        'discovery.type=single-node',
        'http.type=netty4',
        'transport.type=netty4',
        'cluster.routing.allocation.disk.threshold_enabled=false',
      ],
    ],
  }),
  ready: health,
  env: (servers) => ({
    ELASTICSEARCH_URL: Object.values(servers)
      .map((server) => `http://${addressOf(server, 'http')}`)
      .join(','),
  }),
}
