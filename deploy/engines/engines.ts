import { CinegraphError, isCinegraphError } from '#platform/errors/errors.ts'
import { freePort } from '#platform/process/free-port.ts'
import { dockerAnswers, downByDocker, logsByDocker, upByDocker } from './by-docker.ts'
import { downByPackages, upByPackages } from './by-packages.ts'
import { addressOf, type Kit, type Recipe, type Servers, type Size } from './recipe.ts'
import { recipes } from './recipes.ts'
import { lastLines, pidOf, serverDir } from './server-process.ts'
import { forget, readState, remember, settingsOf } from './state.ts'

export type Room = Kit & {
  /** A folder for what runs: state, process ids, data, logs. */
  readonly run: string
  readonly how: 'docker' | 'packages' | 'either'
  /** How many servers of an engine, by the option of its recipe. */
  readonly sizes?: { readonly [S in Size]?: number }
}

/** The recipes of these names; all of them without names. Throws ENGINE_UNKNOWN. */
const chosen = (names: readonly string[]): readonly Recipe[] => {
  if (names.length === 0) return recipes
  return names.map((name) => {
    const found = recipes.find((recipe) => recipe.name === name)
    if (found === undefined) throw new CinegraphError('ENGINE_UNKNOWN', { name, known: recipes.map((recipe) => recipe.name).join(', ') })
    return found
  })
}

/**
 * Brings engines up, one after the other; one that is up already has those of its servers started again that have ended. Gives a sentence
 * for each that this machine cannot provide; when engines were named, those are thrown, unless these are optional.
 */
export const up = async (names: readonly string[], room: Room, isOptional = false): Promise<readonly string[]> => {
  const withDocker = room.how === 'docker' || (room.how === 'either' && (await dockerAnswers()))
  const faults: CinegraphError[] = []
  for (const recipe of chosen(names)) {
    try {
      await upOne(recipe, withDocker ? 'docker' : 'packages', room)
    } catch (error) {
      if (!isCinegraphError(error)) throw error
      faults.push(error)
    }
  }
  const isSerious = !(isOptional || names.length === 0) || faults.some(({ code }) => code !== 'ENGINE_MISSING')
  if (isSerious && faults.length > 0) throw new AggregateError(faults, faults.map(({ message }) => message).join('\n'))
  return faults.map(({ message }) => message)
}

const upOne = async (recipe: Recipe, wanted: 'docker' | 'packages', room: Room): Promise<void> => {
  const before = (await readState(room.run))[recipe.name]
  const how = before?.how ?? wanted
  const servers = before?.servers ?? (await placed(recipe, how, room))
  const env = recipe.env(servers)
  // NOTE: written down first, so that `down` finds what a start that failed has left.
  await remember(room.run, recipe.name, { how, servers, env })
  try {
    await (how === 'docker' ? upByDocker : upByPackages)(recipe, servers, room)
  } catch (error) {
    if (before === undefined && isCinegraphError(error) && error.code === 'ENGINE_MISSING') await forget(room.run, recipe.name)
    throw error
  }
  await recipe.settle?.(servers)
}

/** Free ports, and folders below `run`, for the servers of an engine. */
export const placed = async (recipe: Recipe, how: 'docker' | 'packages', { run, sizes }: Pick<Room, 'run' | 'sizes'>): Promise<Servers> => {
  const count = recipe.size === undefined ? undefined : sizes?.[recipe.size]
  const places = recipe.servers.slice(0, count).map(async ({ name, host = '127.0.0.1', ports }) => {
    const numbers = await Promise.all(ports.map(async (port) => [port, await freePort()] as const))
    const dir = serverDir(run, recipe.name, name)
    return [name, { name, host: how === 'docker' ? '127.0.0.1' : host, ports: Object.fromEntries(numbers), dir }] as const
  })
  return Object.fromEntries(await Promise.all(places))
}

/** Ends what `up` has started, and nothing else, and removes its data. */
export const down = async (names: readonly string[], { run, say }: Pick<Room, 'run' | 'say'>): Promise<void> => {
  const state = await readState(run)
  const wanted = chosen(names).map(({ name }) => name)
  for (const [name, { how, servers }] of Object.entries(state).toReversed()) {
    if (!wanted.includes(name)) continue
    await (how === 'docker' ? downByDocker : downByPackages)(servers)
    await forget(run, name)
    say(`${name}: down`)
  }
}

type StatusRow = {
  readonly engine: string
  readonly server: string
  readonly address: string
  readonly is: string
  readonly version: string
}

export const status = async (run: string): Promise<readonly StatusRow[]> => {
  const state = await readState(run)
  const rows = recipes.map(async ({ name, version }): Promise<readonly StatusRow[]> => {
    const found = state[name]
    if (found === undefined) return [{ engine: name, server: '', address: '', is: 'down', version }]
    const all = Object.values(found.servers).map(async (server) => {
      const pid = await pidOf(server)
      const is = found.how === 'docker' ? 'see `docker compose ls`' : pid === undefined ? 'has ended' : `up, process ${pid}`
      return { engine: name, server: server.name, address: addressOf(server, Object.keys(server.ports)[0] ?? ''), is, version }
    })
    return Promise.all(all)
  })
  return (await Promise.all(rows)).flat()
}

/** Lines for a shell to source. */
export const exports = async (run: string): Promise<string> =>
  Object.entries(settingsOf(await readState(run)))
    .map(([name, value]) => `export ${name}='${value}'\n`)
    .join('')

export const logs = async (name: string, run: string): Promise<string> => {
  const [recipe] = chosen([name])
  const found = (await readState(run))[recipe?.name ?? '']
  if (found === undefined) throw new CinegraphError('ENGINE_DOWN', { name })
  if (found.how === 'docker') return logsByDocker(found.servers)
  const texts = Object.values(found.servers).map(async (server) => `== ${server.name}\n${await lastLines(server, 200)}\n`)
  return (await Promise.all(texts)).join('')
}
