import { once } from 'node:events'
import { symlink } from 'node:fs/promises'
import { createConnection } from 'node:net'
import { join } from 'node:path'
import { addressOf, type Kit, type Programs, type Recipe, type Server } from './recipe.ts'
import { provideDebian } from './tools/debian.ts'
import { onPath, run } from './tools/run.ts'

const versionMin = 7
const packages = ['redis-tools', 'liblzf1', 'liblua5.1-0', 'lua-cjson', 'lua-bitop', 'libjemalloc2', 'libatomic1']
const memory = '128mb'

const provide = async (kit: Kit): Promise<Programs> => {
  const installed = await onPath('redis-server')
  if (installed !== undefined && (await versionOf(installed)) >= versionMin) return { server: installed, libraries: '' }
  const root = await provideDebian(kit, { engine: 'Redis', packages, instead: `Or put a redis-server ${versionMin} or later on PATH` })
  const server = join(root, 'usr/bin/redis-server')
  // NOTE: Debian has one program under three names, and puts this one into a package with a service that starts by itself.
  await symlink('redis-check-rdb', server).catch(() => undefined)
  const triplet = (await run('dpkg-architecture', ['-qDEB_HOST_MULTIARCH']).catch(() => 'x86_64-linux-gnu')).trim()
  return { server, libraries: join(root, 'usr/lib', triplet) }
}

const versionOf = async (program: string): Promise<number> => Number(/v=(\d+)/.exec(await run(program, ['--version']))?.[1] ?? 0)

const ping = async ({ host, ports }: Server): Promise<void> => {
  const socket = createConnection({ host, port: ports.client ?? 0, timeout: 2_000 })
  try {
    socket.write('PING\r\n')
    const [answer] = await once(socket, 'data')
    if (!String(answer).startsWith('+PONG')) throw new Error(String(answer))
  } finally {
    socket.destroy()
  }
}

/** Three zones of one server each. */
export const redis: Recipe = {
  name: 'redis',
  version: 'Redis 7',
  servers: ['a', 'b', 'c'].map((zone) => ({ name: `redis-${zone}`, ports: ['client'] })),
  provide,
  command: async ({ server, programs }) => ({
    program: programs.server ?? '',
    args: [
      ...['--bind', server.host, '--port', String(server.ports.client), '--dir', server.dir, '--save', '', '--appendonly', 'no'],
      ...['--maxmemory', memory, '--maxmemory-policy', 'allkeys-lfu', '--daemonize', 'no'],
    ],
    env: programs.libraries === '' ? {} : { LD_LIBRARY_PATH: programs.libraries ?? '' },
  }),
  ready: ping,
  env: (servers) => ({
    REDIS_URLS: Object.values(servers)
      .map((server) => `redis://${addressOf(server, 'client')}`)
      .join(';'),
  }),
}
