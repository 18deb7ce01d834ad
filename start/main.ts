import { createSecrets, openSecrets } from '#platform/identity/secrets.ts'
import { hasLeftover } from '#platform/postgres/server.ts'
import { takeDataFolder } from '#platform/process/data-folder.ts'
import { runMain } from '#platform/process/lifecycle.ts'
import { type Config, helpText, readConfig } from '#platform/settings/config.ts'
import { asksForHelp } from '#platform/settings/help.ts'
import { linksFrom, linksPage, writeLinks } from './links.ts'
import { checkPorts, portsFrom } from './ports.ts'
import { processWaves } from './processes.ts'
import { supervise } from './supervisor.ts'
import { showLine, showReady, step } from './terminal.ts'

const startAll = async (config: Config, stack: AsyncDisposableStack): Promise<void> => {
  stack.use(await takeDataFolder(config.data))
  const ports = portsFrom(config.portBase)
  // NOTE: a database that a killed start left behind is stopped by the process that starts the next one.
  const withDatabase = config.databaseUrl === '' && !(await hasLeftover(config.data))
  await checkPorts(ports, { host: config.host, adminHost: config.adminHost, withDatabase })
  await createSecrets(config.data)
  const secrets = await openSecrets(config.data).pick('databasePassword')
  const links = linksFrom(config, ports)
  const show = showLine(config.json)
  stack.defer(() => void process.stderr.write('start  stopped\n'))
  const onRestart = (name: string, why: string, waitMs: number) =>
    process.stderr.write(`start  ${name}: ${why}; started again in ${waitMs} ms\n`)
  const onStop = (name: string, tookMs: number) => process.stderr.write(`start  ${name}: stopped after ${(tookMs / 1000).toFixed(1)} s\n`)
  const deps = { onLine: show, onRestart, onReadyAgain: showReady, onStop, silentSeconds: config.silentSeconds }
  for (const wave of processWaves(config, { ports, links, secrets, inherited: process.env })) {
    const started = await Promise.allSettled(wave.map((plan) => step(plan.name, async () => stack.use(await supervise(plan, deps)))))
    const failed = started.find((result) => result.status === 'rejected')
    if (failed) throw failed.reason
  }
  await writeLinks(config.data, links)
  stack.defer(() => void process.stderr.write('start  stopping: what was accepted is finished, the database stops last …\n'))
  process.stdout.write(config.json ? `${JSON.stringify(links)}\n` : `${linksPage(links)}\n`)
}

if (asksForHelp(process.argv)) process.stdout.write(helpText())
else await runMain((stack) => startAll(readConfig(process.argv.slice(2), process.env), stack))
