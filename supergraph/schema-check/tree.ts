import { execFile } from 'node:child_process'
import { glob, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { CinegraphError, messageOf } from '#platform/errors/errors.ts'

/** One version of the schemas and documents in the repository, by paths from its top. */
export type Tree = {
  readonly name: string
  readonly paths: readonly string[]
  readonly read: (path: string) => Promise<string>
}

/** The files as they are on disk. */
export const workingTree = async (home: string): Promise<Tree> => ({
  name: 'the working tree',
  paths: (await Array.fromAsync(glob('{subgraphs,bffs}/*/**/*.graphql', { cwd: home }))).toSorted(),
  read: (path) => readFile(join(home, path), 'utf8'),
})

const run = promisify(execFile)
const outputBytesMax = 16 * 1024 * 1024

/** The files as they were at a commit, a branch or a tag. Throws INPUT_INVALID when git knows none of that name. */
export const treeAt = async (home: string, ref: string): Promise<Tree> => {
  const git = async (...args: readonly string[]): Promise<string> =>
    (await run('git', ['-C', home, ...args], { maxBuffer: outputBytesMax })).stdout
  try {
    const commit = (await git('rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`)).trim()
    const listed = await git('ls-tree', '-r', '--name-only', commit, '--', 'subgraphs', 'bffs')
    const paths = listed.split('\n').filter((path) => path.endsWith('.graphql'))
    return { name: ref, paths, read: (path) => git('show', `${commit}:./${path}`) }
  } catch (error) {
    const why = messageOf(error).includes('rev-parse') ? 'git knows no commit, branch or tag of that name here' : messageOf(error)
    throw new CinegraphError('INPUT_INVALID', { name: `--against ${ref}`, why }, error)
  }
}
