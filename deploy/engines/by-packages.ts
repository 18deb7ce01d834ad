import { mkdir } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { CinegraphError, messageOf } from '#platform/errors/errors.ts'
import type { Kit, Programs, Recipe, Server, Servers } from './recipe.ts'
import { clear, end, lastLines, launch, pidOf } from './server-process.ts'

const readySeconds = 120
const askEveryMs = 100
const sayEveryMs = 10_000

/** Starts those servers of an engine that do not run, and resolves when all can be used. */
export const upByPackages = async (recipe: Recipe, servers: Servers, kit: Kit): Promise<void> => {
  const programs = await recipe.provide(kit)
  const each = (server: Server) => begin(recipe, { server, servers, programs }, kit)
  const all = Object.values(servers)
  if (recipe.inTurn) for (const server of all) await each(server)
  else await Promise.all(all.map(each))
}

type Beginning = { readonly server: Server; readonly servers: Servers; readonly programs: Programs }

const begin = async (recipe: Recipe, beginning: Beginning, { say }: Kit): Promise<void> => {
  const { server } = beginning
  if ((await pidOf(server)) === undefined) {
    await mkdir(server.dir, { recursive: true })
    const command = await recipe.command(beginning)
    await launch(server, command)
    say(`${server.name}: started …`)
  }
  await untilReady(recipe, server, say)
}

const untilReady = async (recipe: Recipe, server: Server, say: Kit['say']): Promise<void> => {
  const seconds = recipe.readySeconds ?? readySeconds
  const since = Date.now()
  for (let saidAt = since; ; await sleep(askEveryMs)) {
    const why = await recipe.ready(server).then(() => undefined, messageOf)
    if (why === undefined) return say(`${server.name}: ready after ${((Date.now() - since) / 1_000).toFixed(1)} s`)
    const isGone = (await pidOf(server)) === undefined
    if (isGone || Date.now() - since > seconds * 1_000) {
      const what = isGone ? 'has ended' : `is not ready after ${seconds} s (${why})`
      throw new CinegraphError('ENGINE_FAILED', { server: server.name, what, log: await lastLines(server, 15) })
    }
    if (Date.now() - saidAt < sayEveryMs) continue
    saidAt = Date.now()
    say(`${server.name}: not ready yet (${why}) …`)
  }
}

/** Ends the servers of an engine, the last first, and removes what they kept. */
export const downByPackages = async (servers: Servers): Promise<void> => {
  for (const server of Object.values(servers).toReversed()) {
    await end(server)
    await clear(server)
  }
}
