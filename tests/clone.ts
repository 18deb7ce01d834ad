import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, symlink } from 'node:fs/promises'
import { delimiter, join, relative, sep } from 'node:path'

const home = join(import.meta.dirname, '..')
/** What Git does not keep, and so is not in a clone. */
const left = /^(node_modules|\.git|\.cinegraph|coverage|report|prisma\/(generated|assembled))$|\.generated\.(ts|graphql)$/

/**
 * A copy of this repository as a fresh clone has it, without what is generated, in a folder whose name holds spaces. NOTE:
 * the installed packages are shared; that they can be installed is shown by CI, which begins without any.
 */
export const makeClone = async (dir: string): Promise<string> => {
  const clone = join(dir, 'a clone of mine', 'cine graph')
  await mkdir(clone, { recursive: true })
  await cp(home, clone, { recursive: true, filter: (source) => !left.test(relative(home, source).split(sep).join('/')) })
  await symlink(join(home, 'node_modules'), join(clone, 'node_modules'))
  return clone
}

export type Running = { readonly process: ChildProcess; readonly text: () => string; readonly ended: Promise<number | null> }

/** Runs a command line in a folder, as a person types it there, with the Node that npm finds. */
export const type = (line: string, cwd: string, env: Readonly<Record<string, string | undefined>> = {}): Running => {
  const child = spawn('/bin/sh', ['-c', `exec ${line}`], { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (text += chunk))
  return { process: child, text: () => text, ended: once(child, 'close').then(([code]) => code as number | null) }
}

/** PATH without the programs of this repository's own packages: what a person has who opens a terminal. */
export const ownPath = (): string =>
  (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => !folder.startsWith(home))
    .join(delimiter)
