import { join } from 'node:path'
import type { Kit } from '../recipe.ts'
import { cachedFolder } from './cached.ts'
import { missing, onPath, run, tryStep } from './run.ts'

export type GoProgram = {
  readonly engine: string
  /** Path of its package, and version of its module. */
  readonly path: string
  readonly version: string
  /** The module's checksum as `go version -m` shows it. */
  readonly sum: string
}

/** A program that is built from a Go module; building takes minutes. */
export const provideGoProgram = async ({ cache, say }: Kit, { engine, path, version, sum }: GoProgram): Promise<string> => {
  const name = path.split('/').at(-1) ?? path
  const dir = await cachedFolder(join(cache, 'go', `${name}-${version}`), async (partial) => {
    const go = await onPath('go', ['/usr/local/go/bin'])
    if (go === undefined) throw missing(engine, 'Go is not installed', 'Run `apt-get install golang-go`, or put a newer Go on PATH')
    say(`${engine}: building ${name} ${version} with Go (some minutes) …`)
    await tryStep(engine, 'See that `go` reaches its module proxy, then run the same command again', () =>
      run(go, ['install', `${path}@${version}`], { env: { GOBIN: partial, GOFLAGS: `${process.env.GOFLAGS ?? ''} -modcacherw`.trim() } }),
    )
    const found = /^\s*mod\s+\S+\s+\S+\s+(\S+)/m.exec(await run(go, ['version', '-m', join(partial, name)]))?.[1] ?? 'none'
    if (found !== sum)
      throw missing(engine, `its module has the checksum ${found} and not ${sum}`, 'Look at what Go fetched before you trust it')
  })
  return join(dir, name)
}
