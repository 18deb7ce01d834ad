import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Kit } from '../recipe.ts'
import { cachedFolder } from './cached.ts'
import { missing, onPath, run, tryStep } from './run.ts'

export type DebianPackages = { readonly engine: string; readonly packages: readonly string[]; readonly instead: string }

/**
 * A folder with the files of some Debian packages, unpacked but not installed: nothing on the machine changes, and it takes no
 * root. apt holds what it fetches against the signatures of the distribution.
 */
export const provideDebian = async ({ cache, say }: Kit, { engine, packages, instead }: DebianPackages): Promise<string> =>
  cachedFolder(join(cache, 'debian', packages.join('+')), async (partial) => {
    const [apt, dpkg] = [await onPath('apt-get'), await onPath('dpkg')]
    if (apt === undefined || dpkg === undefined) throw missing(engine, 'this is not Debian', instead)
    say(`${engine}: fetching ${packages.join(', ')} with apt …`)
    const download = () => run(apt, ['download', ...packages], { cwd: partial })
    await tryStep(engine, `Run \`apt-get update\`, then the same command again. ${instead}`, () =>
      download().catch(async () => {
        // NOTE: a new machine has no lists, or old ones that name what is gone.
        await run(apt, ['update'])
        await download()
      }),
    )
    const archives = (await readdir(partial)).filter((name) => name.endsWith('.deb'))
    for (const archive of archives) await run(dpkg, ['-x', join(partial, archive), partial])
  })
