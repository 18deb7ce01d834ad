import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { absentAsNull } from '#platform/files/durable.ts'

const Server = z.object({ name: z.string(), host: z.string(), ports: z.record(z.string(), z.number()), dir: z.string() })
const Up = z.object({
  how: z.enum(['packages', 'docker']),
  servers: z.record(z.string(), Server),
  env: z.record(z.string(), z.string()),
})
const State = z.record(z.string(), Up)

/** An engine that was brought up, and not yet taken down. */
export type Up = z.infer<typeof Up>
/** Those engines by name. */
export type State = Readonly<Record<string, Up>>

const fileIn = (run: string): string => join(run, 'state.json')

export const readState = async (run: string): Promise<State> => {
  const text = await readFile(fileIn(run), 'utf8').catch(absentAsNull)
  return text === null ? {} : State.parse(JSON.parse(text))
}

const write = async (run: string, state: State): Promise<void> => {
  await mkdir(run, { recursive: true })
  await writeFile(fileIn(run), `${JSON.stringify(state, null, 2)}\n`)
}

export const remember = async (run: string, name: string, up: Up): Promise<void> => write(run, { ...(await readState(run)), [name]: up })

export const forget = async (run: string, name: string): Promise<void> => {
  const { [name]: _, ...others } = await readState(run)
  await write(run, others)
}

/** The settings of all engines that are up. */
export const settingsOf = (state: State): Readonly<Record<string, string>> =>
  Object.assign({}, ...Object.values(state).map(({ env }) => env))
