// Runs before `npm start` and `npm test` on any Node from 20 on: installs what the lock file names, then generates code.
// Plain JavaScript on purpose: on a fresh clone nothing that reads TypeScript is installed yet.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const root = dirname(fileURLToPath(import.meta.url))
const withDev = process.argv.includes('--dev')
const packages = existsSync(join(root, 'node_modules')) ? realpathSync(join(root, 'node_modules')) : join(root, 'node_modules')
const stampFile = join(packages, '.cinegraph-setup.json')
const runningFolder = join(packages, '.cache', 'cinegraph-running')
const lockFile = join(dirname(packages), '.cinegraph-setup.lock')
const windows = process.platform === 'win32'
const progressMs = 5_000

const say = (text) => process.stderr.write(`setup  ${text}\n`)
const digest = (...files) => files.reduce((hash, file) => hash.update(readFileSync(join(root, file))), createHash('sha256')).digest('hex')
const readText = (file) => {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
const readStamp = () => JSON.parse(readText(stampFile) || '{}')
const remember = (stamp) => writeFileSync(stampFile, JSON.stringify(stamp))

const step = async (title, command, args, env = {}) => {
  const started = Date.now()
  const seconds = () => ((Date.now() - started) / 1000).toFixed(1)
  say(`${title} …`)
  const progress = setInterval(() => say(`${title}: ${Math.round((Date.now() - started) / 1000)} s so far`), progressMs)
  const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], shell: windows, env: { ...process.env, ...env } })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (text += chunk))
  const status = await new Promise((resolve) => {
    child.once('error', (error) => {
      text += `${error.message}\n`
      resolve(null)
    })
    child.once('close', resolve)
  })
  clearInterval(progress)
  if (status !== 0) {
    process.stderr.write(`${text}\n`)
    say(`${title} failed. The lines above say why; mend that and run the same command again.`)
    process.exit(1)
  }
  say(`${title}: done in ${seconds()} s`)
}

const isAlive = (pid) => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}
/** When a process was born, where the system says so: another may have been given the same id since. */
const birthOf = (pid) => {
  const stat = readText(`/proc/${pid}/stat`)
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
}

/** Processes that run on these packages: without them they would fail at the next module they load. */
const runningHere = () => {
  const names = existsSync(runningFolder) ? readdirSync(runningFolder) : []
  return names.map(Number).filter((pid) => {
    const note = join(runningFolder, String(pid))
    const isRunning = isAlive(pid) && (process.platform !== 'linux' || readText(note).trim() === birthOf(pid))
    if (!isRunning) rmSync(note, { force: true })
    return isRunning
  })
}

const takeLock = () => {
  try {
    writeFileSync(lockFile, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
    return false
  }
}

/** NOTE: the lock may be another's by now; only who can make the file that is named after the dead holder removes it. */
const breakLock = (holder) => {
  const right = `${lockFile}.${holder}`
  try {
    writeFileSync(right, '', { flag: 'wx' })
  } catch {
    return
  }
  if (Number(readText(lockFile)) === holder) rmSync(lockFile, { force: true })
  rmSync(right, { force: true })
}

/** One command at a time installs and generates; another waits for it, and finds its work done. */
const alone = async (work) => {
  for (let isSaid = false; !takeLock(); await sleep(200)) {
    const holder = Number(readText(lockFile))
    if (holder > 0 && !isAlive(holder)) breakLock(holder)
    else if (!isSaid) {
      say(`another npm command works here (process ${holder || 'unknown'}); waiting for it`)
      isSaid = true
    }
  }
  process.once('exit', () => rmSync(lockFile, { force: true }))
  await work()
}

const subgraphs = readdirSync(join(root, 'subgraphs')).map((name) => join('subgraphs', name, 'tables.prisma'))
const schemas = [join('prisma', 'base.prisma'), ...subgraphs.filter((file) => existsSync(join(root, file))).sort()]
const wanted = { lock: digest('package-lock.json'), dev: withDev, prisma: digest(...schemas, 'prisma.config.mjs') }
const quietly = ['--no-audit', '--no-fund']
const isGenerated = (found) => found.prisma === wanted.prisma && existsSync(join(root, 'prisma', 'generated'))

const install = async (found) => {
  if (found.lock !== wanted.lock) {
    const [pid] = runningHere()
    if (pid !== undefined) {
      say(
        `the packages have to be installed anew, which would take them away from process ${pid}, which runs here. Stop that one, then run the same command again.`,
      )
      process.exit(1)
    }
    const title = `installing packages${withDev ? '' : ' (without the development tools)'}`
    await step(title, 'npm', ['ci', ...quietly, ...(withDev ? [] : ['--omit=dev'])])
    remember({ lock: wanted.lock, dev: withDev })
  } else if (withDev && !found.dev) {
    // NOTE: `npm ci` would take the packages away from a service that runs meanwhile.
    await step('installing the development tools', 'npm', ['install', '--no-save', ...quietly])
    remember({ lock: wanted.lock, dev: true, prisma: found.prisma })
  }
}

const generate = async (found) => {
  const bin = (name) => join('node_modules', '.bin', name)
  if (!isGenerated(found)) {
    await step('assembling the database schema', bin('node'), ['--no-warnings', 'prisma/assemble.main.ts'])
    // NOTE: the Prisma CLI wants to download a native schema engine that `generate` does not use; any executable satisfies it.
    const env = { PRISMA_SCHEMA_ENGINE_BINARY: '/bin/true', PRISMA_HIDE_UPDATE_MESSAGE: '1', CHECKPOINT_DISABLE: '1' }
    await step('generating the database client', bin('prisma'), ['generate'], env)
  }
  if (!withDev) return
  await step('composing the graph', bin('node'), ['supergraph/compose.main.ts', '--api-only'])
  await step('generating GraphQL types', bin('graphql-codegen'), ['--config', 'codegen.mjs', '--silent'])
}

const isDone = () => !withDev && readStamp().lock === wanted.lock && isGenerated(readStamp())

if (!isDone())
  await alone(async () => {
    if (isDone()) return
    const found = readStamp()
    await install(found)
    await generate(found)
    remember({ ...wanted, dev: withDev || (found.lock === wanted.lock && Boolean(found.dev)) })
  })
