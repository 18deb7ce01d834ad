import assert from 'node:assert/strict'
import { once } from 'node:events'
import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { processBirth } from '#platform/process/birth.ts'
import { settings } from '#platform/settings/settings.ts'
import { temporaryFolder } from '../boot.ts'
import { Device, until } from '../member.ts'
import { childrenOf, freePortBase, startAndEnd, startService } from '../run.ts'

const oneSentence = (text: string): void => {
  assert.doesNotMatch(text, /\n\s+at |Error:/, 'no stack trace')
  assert.ok(text.trim().split('\n').length <= 3, text)
}

test('the service comes up in a path with a space, is asked, and stops without leaving a process', async () => {
  await using folder = await temporaryFolder()
  const data = join(folder.path, 'my data')
  const service = await startService(data)
  const children = [...childrenOf(service.process.pid ?? 0).values()]
  const postgres = [...childrenOf(childrenOf(service.process.pid ?? 0).get('start/database.main.ts') ?? 0).values()]
  assert.equal(children.length, 6)
  const links = JSON.parse(await readFile(join(data, 'links.json'), 'utf8'))
  assert.deepEqual(links, service.links)
  for (const url of [links.web, links.tv, links.mobile, links.supergraph, links.origin, links.mail, ...links.edges]) {
    assert.equal((await fetch(`${url}/health/ready`)).status, 200, url)
  }
  for (const name of await readdir(data, { recursive: true })) {
    const { mode } = await stat(join(data, name))
    assert.equal(mode & 0o077, 0, `${name} is its owner's alone: ${mode.toString(8)}`)
  }
  for (const [name, pid] of childrenOf(service.process.pid ?? 0))
    if (name.startsWith('edge/')) assert.doesNotMatch(await readFile(`/proc/${pid}/environ`, 'utf8'), /DATABASE_URL/)
  for (const name of ['edge-1', 'edge-2'])
    assert.match(service.stderr(), new RegExp(`"process":"${name}".*Server listening`), 'lines of two edges differ')
  await service[Symbol.asyncDispose]()
  for (const pid of [...children, ...postgres]) assert.equal(processBirth(pid), null, `process ${pid} is gone`)
  assert.ok(!(await readdir(data)).includes('lock'))
})

test('a second start finds its data, also after the first was killed', async () => {
  await using folder = await temporaryFolder()
  const base = await freePortBase()
  const first = await startService(folder.path, [], { portBase: base })
  const phone = new Device(first.links, 'mobile')
  await phone.signIn()
  await phone.heartbeat({ titleId: 't-0010', positionMs: 77_000 })
  await until('the heartbeat is in', 60_000, async () => (await phone.resumeAtMs('t-0010')) === 77_000)
  const children = [...childrenOf(first.process.pid ?? 0).values()]
  first.process.kill('SIGKILL')
  await first.ended
  await until('the children stop by themselves', 60_000, async () => children.every((pid) => processBirth(pid) === null))
  await using second = await startService(folder.path, [], { portBase: base })
  const again = new Device(second.links, 'mobile')
  await again.signIn()
  assert.equal(await again.resumeAtMs('t-0010'), 77_000)
})

test('a taken port gets one sentence that says what to do', async () => {
  await using folder = await temporaryFolder()
  const base = await freePortBase()
  const squatter = createServer().listen(base + 2, '127.0.0.1')
  await once(squatter, 'listening')
  const { code, stderr } = await startAndEnd(['--data', folder.path, '--port-base', String(base)])
  squatter.close()
  assert.equal(code, 1)
  assert.match(stderr, new RegExp(`Port ${base + 2} \\(mobile\\) is taken\\..*--port-base`))
  oneSentence(stderr)
})

test('unknown and corrupt settings are all named at once', async () => {
  const { code, stderr } = await startAndEnd(['--colour', 'red', '--port-base', 'many'], { CINEGRAPH_HOTS: 'x', CONDUCTOR_URL: 'http://c' })
  assert.equal(code, 1)
  for (const part of [/--colour/, /--port-base is "many"/, /CINEGRAPH_HOTS/, /CONDUCTOR_URL is set, but/]) assert.match(stderr, part)
  assert.doesNotMatch(stderr, /\n\s+at /)
})

test('a second start on the same data folder, a newer folder, a broken and a forbidden one are refused', async () => {
  await using folder = await temporaryFolder()
  await using service = await startService(folder.path)
  const second = await startAndEnd(['--data', folder.path, '--port-base', String(await freePortBase())])
  assert.match(second.stderr, new RegExp(`in use by process ${service.process.pid}`))
  oneSentence(second.stderr)

  const newer = join(folder.path, 'newer')
  await mkdir(newer)
  await writeFile(join(newer, 'version.json'), '{"version":99}')
  const refused = await startAndEnd(['--data', newer])
  assert.match(refused.stderr, /written by a newer version \(format 99/)
  oneSentence(refused.stderr)

  const broken = join(folder.path, 'broken')
  await mkdir(join(broken, 'secrets'), { recursive: true })
  await writeFile(join(broken, 'secrets', 'stream-key'), 'half')
  const unreadable = await startAndEnd(['--data', broken, '--port-base', String(await freePortBase())])
  assert.match(unreadable.stderr, /stream-key cannot be read/)
  oneSentence(unreadable.stderr)

  const file = join(folder.path, 'file')
  await writeFile(file, '')
  await chmod(file, 0o444)
  const unwritable = await startAndEnd(['--data', file])
  assert.match(unwritable.stderr, /file cannot be a data folder: .*file is no folder. Choose another with --data DIR/)
  assert.deepEqual([second.code, refused.code, unreadable.code, unwritable.code], [1, 1, 1, 1])
})

test('an address that is none of this machine is named, with the setting to correct', async () => {
  await using folder = await temporaryFolder()
  for (const [flag, host] of [
    ['--host', 'nope.invalid'],
    ['--host', '192.0.2.7'],
    ['--admin-host', 'nope.invalid'],
  ] as const) {
    const { code, stderr } = await startAndEnd([flag, host, '--data', join(folder.path, 'elsewhere')])
    assert.equal(code, 1)
    assert.match(stderr, new RegExp(`^${flag} is ${host}, which is not an address of this machine`, 'm'))
    assert.doesNotMatch(stderr, / at .*:\d+:\d+/)
  }
})

test('--help, or -h, lists every setting with its default', async () => {
  const { code, stdout } = await startAndEnd(['--help'])
  assert.equal(code, 0)
  assert.deepEqual(await startAndEnd(['--no-demo', '-h']), { code, stdout, stderr: '' })
  for (const { flag, env } of Object.values(settings)) assert.match(stdout, new RegExp(`--${flag} +${env} `))
  assert.match(stdout, /--host .*127\.0\.0\.1/)
})
