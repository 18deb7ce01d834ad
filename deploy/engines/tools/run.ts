import { execFile } from 'node:child_process'
import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { CinegraphError, messageOf } from '#platform/errors/errors.ts'

const exec = promisify(execFile)
const minutesMax = 30

type RunOptions = { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> }

/** What a program printed. It inherits the environment, and is ended after 30 minutes. */
export const run = async (program: string, args: readonly string[], { cwd, env }: RunOptions = {}): Promise<string> => {
  const limits = { maxBuffer: 64e6, timeout: minutesMax * 60_000 }
  const { stdout } = await exec(program, [...args], { ...limits, ...(cwd === undefined ? {} : { cwd }), env: { ...process.env, ...env } })
  return stdout
}

/** Where a program lies that can be called by its name; undefined when there is none. */
export const onPath = async (name: string, more: readonly string[] = []): Promise<string | undefined> => {
  for (const dir of [...(process.env.PATH ?? '').split(delimiter), ...more]) {
    const path = join(dir, name)
    const isThere = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    )
    if (dir !== '' && isThere) return path
  }
  return undefined
}

/** An engine that this machine cannot bring up; `help` is a sentence with the command that would mend it. */
export const missing = (engine: string, why: string, help: string): CinegraphError =>
  new CinegraphError('ENGINE_MISSING', { engine, why, help })

/** Runs a step of providing; its failure is one sentence that ends with the first line of what the program said. */
export const tryStep = async <T>(engine: string, help: string, step: () => Promise<T>): Promise<T> => {
  try {
    return await step()
  } catch (error) {
    const said = typeof error === 'object' && error !== null && 'stderr' in error ? String(error.stderr) : ''
    const [line = ''] = [...said.split('\n'), ...messageOf(error).split('\n')].filter((each) => each.trim() !== '')
    throw missing(engine, line.slice(0, 300), help)
  }
}
