import { join } from 'node:path'
import { CinegraphError } from '#platform/errors/errors.ts'
import type { Kit, Recipe, Servers } from './recipe.ts'
import { onPath, run } from './tools/run.ts'

const file = join(import.meta.dirname, '..', 'compose.yaml')

/** Whether Docker is there, answers, and has Compose. */
export const dockerAnswers = async (): Promise<boolean> => {
  if ((await onPath('docker')) === undefined) return false
  const asked = [
    ['info', '--format', '{{.ServerVersion}}'],
    ['compose', 'version'],
  ].map((args) => run('docker', args))
  const answers = await Promise.all(asked).catch(() => [''])
  return answers.every((answer) => answer.trim() !== '')
}

/** The ports that the compose file takes from its environment. */
const portsOf = (servers: Servers): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.values(servers).flatMap(({ name, ports }) =>
      Object.entries(ports).map(([port, number]) => [variableOf(name, port), String(number)]),
    ),
  )
export const variableOf = (server: string, port: string): string => `${server}_${port}_port`.replaceAll('-', '_').toUpperCase()

const compose = (servers: Servers, ...args: readonly string[]): Promise<string> =>
  run('docker', ['compose', '--project-name', 'cinegraph-engines', '--file', file, ...args], { env: portsOf(servers) })

/** Resolves when the health checks of all servers are good. */
export const upByDocker = async (recipe: Recipe, servers: Servers, { say }: Kit): Promise<void> => {
  say(`${recipe.name}: starting with Docker Compose …`)
  const names = Object.keys(servers)
  await compose(servers, 'up', '--detach', '--wait', '--wait-timeout', String(recipe.readySeconds ?? 300), ...names).catch((error) => {
    throw new CinegraphError('ENGINE_FAILED', { server: names.join(', '), what: 'did not come up', log: String(error.stderr ?? error) })
  })
}

export const downByDocker = async (servers: Servers): Promise<void> =>
  void (await compose(servers, 'rm', '--stop', '--force', '--volumes', ...Object.keys(servers)))

export const logsByDocker = (servers: Servers): Promise<string> => compose(servers, 'logs', '--tail', '200', ...Object.keys(servers))
