import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryFolder } from '../boot.ts'
import { ownPath } from '../clone.ts'
import { until } from '../member.ts'

const home = join(import.meta.dirname, '../..')
const npm = { PATH: ownPath(), NODE_OPTIONS: undefined }

/** A small repository with the real `setup.mjs`, which the real npm installs: its one package brings the programs that are run. */
const repository = async (dir: string, { seconds = 0 } = {}): Promise<void> => {
  const tools = { node: `#!/bin/sh\nexec '${process.execPath}' "$@"\n`, prisma: '#!/bin/sh\nmkdir -p prisma/generated\n' }
  const files = {
    'package.json': JSON.stringify({
      ...{ name: 'small', version: '1.0.0', private: true, dependencies: { tools: 'file:./tools' } },
      scripts: { install: `echo installed >> installs; sleep ${seconds}` },
    }),
    'tools/package.json': JSON.stringify({ name: 'tools', version: '1.0.0', bin: { node: 'node.sh', prisma: 'prisma.sh' } }),
    'tools/node.sh': tools.node,
    'tools/prisma.sh': tools.prisma,
    'prisma/base.prisma': '',
    'prisma/assemble.main.ts': '',
    'prisma.config.mjs': '',
    'subgraphs/README.md': '',
  }
  for (const [file, text] of Object.entries(files)) {
    await mkdir(join(dir, file, '..'), { recursive: true })
    await writeFile(join(dir, file), text)
    await chmod(join(dir, file), 0o755)
  }
  await cp(join(home, 'setup.mjs'), join(dir, 'setup.mjs'))
  const made = await run('npm', ['install', '--package-lock-only', '--ignore-scripts', '--no-audit', '--no-fund'], dir)
  assert.equal(made.code, 0, made.text)
}

const run = async (command: string, args: readonly string[], cwd: string) => {
  const child = spawn(command, [...args], { cwd, env: { ...process.env, ...npm }, stdio: ['ignore', 'pipe', 'pipe'] })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (text += chunk))
  const [code] = await once(child, 'close')
  return { code: code as number | null, text }
}
const setup = (dir: string) => run(process.execPath, ['setup.mjs'], dir)
const installs = async (dir: string): Promise<number> =>
  (await readFile(join(dir, 'installs'), 'utf8').catch(() => '')).split('\n').length - 1

test('of several npm commands at once one installs, saying how long it has been at it; the others wait and find it done', {
  timeout: 120_000,
}, async () => {
  await using folder = await temporaryFolder()
  await repository(folder.path, { seconds: 6 })
  const all = await Promise.all(Array.from({ length: 4 }, () => setup(folder.path)))
  for (const { code, text } of all) assert.equal(code, 0, text)
  assert.equal(await installs(folder.path), 1)
  assert.match(all.map(({ text }) => text).join(''), /installing packages \(without the development tools\): \d+ s so far/)
  assert.equal(all.filter(({ text }) => /another npm command works here \(process [^)]+\)/.test(text)).length, 3)
  assert.deepEqual((await setup(folder.path)).text, '', 'afterwards there is nothing to do, nor to say')
  assert.ok(!(await readdir(folder.path)).includes('.cinegraph-setup.lock'))
})

test('a command that was killed while it installed keeps nobody waiting', { timeout: 60_000 }, async () => {
  await using folder = await temporaryFolder()
  await repository(folder.path)
  const dead = spawn(process.execPath, ['-e', ''])
  await once(dead, 'close')
  await writeFile(join(folder.path, '.cinegraph-setup.lock'), String(dead.pid))
  const { code, text } = await setup(folder.path)
  assert.equal(code, 0, text)
})

test('packages are not taken away from a process that runs on them; once it has ended they are installed', {
  timeout: 90_000,
}, async () => {
  await using folder = await temporaryFolder()
  await repository(folder.path)
  assert.equal((await setup(folder.path)).code, 0)
  for (const part of ['process', 'errors', 'text'])
    await cp(join(home, 'platform', part), join(folder.path, 'platform', part), { recursive: true })
  await writeFile(
    join(folder.path, 'package.json'),
    (await readFile(join(folder.path, 'package.json'), 'utf8')).replace('{', '{"type":"module","imports":{"#platform/*":"./platform/*"},'),
  )
  await writeFile(
    join(folder.path, 'service.ts'),
    "import { runMain } from '#platform/process/lifecycle.ts'; await runMain(async () => { setInterval(() => undefined, 1_000); console.log('up') })",
  )
  const service = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'service.ts'], {
    cwd: folder.path,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(service, 'close')
  let said = ''
  service.stdout.on('data', (chunk) => (said += chunk))
  await until('the service is up', 20_000, async () => said.includes('up'))
  const lock = join(folder.path, 'package-lock.json')
  await writeFile(lock, `${await readFile(lock, 'utf8')}\n`)
  const refused = await setup(folder.path)
  assert.equal(refused.code, 1)
  assert.match(refused.text, new RegExp(`take them away from process ${service.pid}, which runs here. Stop that one`))
  assert.equal(await installs(folder.path), 1)
  service.kill('SIGKILL')
  await ended
  const again = await setup(folder.path)
  assert.equal(again.code, 0, again.text)
  assert.equal(await installs(folder.path), 2)
  await rm(join(folder.path, 'node_modules'), { recursive: true })
})
