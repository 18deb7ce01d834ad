import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { endAbandoned, endOwn, own, ownedPrefix } from './abandoned.ts'
import { downByPackages, upByPackages } from './by-packages.ts'
import { up } from './engines.ts'
import type { Recipe, Server, Servers } from './recipe.ts'
import { recipes } from './recipes.ts'
import { pidOf } from './server-process.ts'
import { readState, remember } from './state.ts'
import { cachedFolder } from './tools/cached.ts'
import { provideJars } from './tools/maven.ts'

test('recipes and servers have names of their own, and every server has a port', () => {
  const names = recipes.flatMap(({ name, servers }) => [`recipe ${name}`, ...servers.map((server) => server.name)])
  assert.equal(new Set(names).size, names.length)
  for (const { name, servers } of recipes) assert.ok(servers.length > 0 && servers.every(({ ports }) => ports.length > 0), name)
})

const script = `require('node:http').createServer((_, answer) => answer.end('up')).listen(Number(process.argv[1]), '127.0.0.1')`
const small = (source: string): Recipe => ({
  name: 'small',
  version: '1',
  servers: [],
  readySeconds: 60,
  provide: async () => ({}),
  command: async ({ server }) => ({ program: process.execPath, args: ['-e', source, String(server.ports.http)] }),
  ready: async ({ ports }) => void (await fetch(`http://127.0.0.1:${ports.http}/`)),
  env: () => ({}),
})
const twoServers = async (dir: string): Promise<readonly [Servers, Server, Server]> => {
  const place = async (name: string): Promise<Server> => {
    const server = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const address = server.address()
    await new Promise((resolve) => server.close(resolve))
    return { name, host: '127.0.0.1', ports: { http: typeof address === 'object' ? (address?.port ?? 0) : 0 }, dir: join(dir, name) }
  }
  const [a, b] = [await place('a'), await place('b')]
  return [{ a, b }, a, b]
}
const inFolder = async (check: (dir: string) => Promise<void>): Promise<void> => {
  const dir = await mkdtemp(join(tmpdir(), 'cinegraph-engines-'))
  await check(dir).finally(() => rm(dir, { recursive: true, force: true }))
}

test('servers come up, one that was killed comes back where it was, and going down ends these and no others', () =>
  inFolder(async (dir) => {
    const [servers, a, b] = await twoServers(dir)
    const kit = { cache: dir, say: () => undefined }
    await upByPackages(small(script), servers, kit)
    try {
      const [pidA, pidB] = [await pidOf(a), await pidOf(b)]
      process.kill(pidA ?? 0, 'SIGKILL')
      while ((await pidOf(a)) !== undefined) await new Promise((resolve) => setImmediate(resolve))
      await upByPackages(small(script), servers, kit)
      assert.equal(await pidOf(b), pidB, 'one that runs is left alone')
      assert.notEqual(await pidOf(a), pidA)
      process.kill((await pidOf(b)) ?? 0, 'SIGSTOP')
    } finally {
      await downByPackages(servers)
    }
    assert.deepEqual([await pidOf(a), await pidOf(b)], [undefined, undefined])
    await assert.rejects(stat(a.dir))
  }))

test('a server that ends at once is named with what it said last', () =>
  inFolder(async (dir) => {
    const [, a] = await twoServers(dir)
    const broken = upByPackages(small(`console.error('no such disk'); process.exit(3)`), { a }, { cache: dir, say: () => undefined })
    await assert.rejects(broken, (error: Error) => /a has ended.*no such disk/s.test(error.message))
  }))

test('what is provided appears complete or not at all, once, however many provide it', () =>
  inFolder(async (dir) => {
    const path = join(dir, 'tool')
    await assert.rejects(cachedFolder(path, () => Promise.reject(new Error('cut off'))))
    await assert.rejects(stat(path))
    const made = await Promise.all(Array.from({ length: 5 }, () => cachedFolder(path, async () => undefined)))
    assert.deepEqual([...new Set(made)], [path])
  }))

test('a machine without Maven is told what is missing and what would help', () =>
  inFolder(async (dir) => {
    const { PATH } = process.env
    process.env.PATH = dir
    const jars = { engine: 'Nothing', artifacts: ['no.such:thing:1'], sha256: 'x' }
    await assert
      .rejects(provideJars({ cache: dir, say: () => undefined }, jars), { code: 'ENGINE_MISSING', message: /Maven.*apt-get install/ })
      .finally(() => {
        process.env.PATH = PATH
      })
  }))

test('an engine that this machine cannot provide is named, left out and not taken for one that is up', () =>
  inFolder(async (dir) => {
    const { PATH } = process.env
    process.env.PATH = dir
    const room = { cache: dir, run: join(dir, 'run'), how: 'packages', say: () => undefined } as const
    try {
      await assert.rejects(up(['redis'], room), /Redis cannot be brought up on this machine: this is not Debian/)
      assert.match((await up(['redis'], room, true)).join(), /Redis cannot/, 'what is optional is said')
      assert.deepEqual(await readState(room.run), {})
      await assert.rejects(up(['oracle'], room), { code: 'ENGINE_UNKNOWN' })
    } finally {
      process.env.PATH = PATH
    }
  }))

test('servers of a process that was killed are found and ended; those of one that lives are left alone', () =>
  inFolder(async (dir) => {
    const run = await mkdtemp(join(dir, ownedPrefix))
    const [servers, a, b] = await twoServers(run)
    await upByPackages(small(script), servers, { cache: dir, say: () => undefined })
    try {
      await remember(run, 'small', { how: 'packages', servers, env: {} })
      await own(run)
      assert.deepEqual(await endAbandoned(dir), [])
      assert.notEqual(await pidOf(a), undefined)
      assert.deepEqual(await endOwn(dir), [run], 'its owner may end them, when what uses them hangs')
      assert.equal(await pidOf(a), undefined)
      await upByPackages(small(script), servers, { cache: dir, say: () => undefined })
      await remember(run, 'small', { how: 'packages', servers, env: {} })
      const killed = spawn(process.execPath, ['-e', ''])
      await once(killed, 'exit')
      await writeFile(join(run, 'owner'), `${killed.pid} 1\n`)
      assert.deepEqual(await endAbandoned(dir), [run])
      assert.deepEqual([await pidOf(a), await pidOf(b)], [undefined, undefined])
      await assert.rejects(stat(run))
    } finally {
      await downByPackages(servers)
    }
  }))
