import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Kit } from '../recipe.ts'
import { cachedFolder, folderDigest } from './cached.ts'
import { missing, onPath, run, tryStep } from './run.ts'

export type Jars = {
  readonly engine: string
  /** `group:artifact:version`, or `group:artifact:version:classifier`. */
  readonly artifacts: readonly string[]
  /** What `folderDigest` says of them and all that they depend on. */
  readonly sha256: string
}

/** A folder with the jars of some artifacts and of all that they depend on at run time. */
export const provideJars = async ({ cache, say }: Kit, { engine, artifacts, sha256 }: Jars): Promise<string> => {
  const name = artifacts.map((each) => each.split(':').slice(1, 3).join('-')).join('+')
  const lib = await cachedFolder(join(cache, 'maven', `${name}-${sha256.slice(0, 8)}`), async (partial) => {
    const mvn = await onPath('mvn')
    if (mvn === undefined) throw missing(engine, 'Maven is not installed', 'Run `apt-get install maven`')
    say(`${engine}: fetching ${artifacts.join(', ')} with Maven …`)
    const pom = join(partial, 'pom.xml')
    await writeFile(pom, pomOf(artifacts))
    await tryStep(engine, 'See that `mvn` reaches its repository, then run the same command again', () =>
      run(mvn, [
        '-q',
        '-B',
        '-f',
        pom,
        'dependency:copy-dependencies',
        '-DincludeScope=runtime',
        `-DoutputDirectory=${join(partial, 'lib')}`,
      ]),
    )
    const found = await folderDigest(join(partial, 'lib'))
    if (found !== sha256)
      throw missing(engine, `its jars have the SHA-256 ${found} and not ${sha256}`, 'Look at what Maven fetched before you trust it')
  })
  return join(lib, 'lib')
}

const pomOf = (artifacts: readonly string[]): string => {
  const dependencies = artifacts.map((each) => {
    const [group, artifact, version, classifier] = each.split(':')
    const more = classifier === undefined ? '' : `<classifier>${classifier}</classifier>`
    return `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version>${more}</dependency>`
  })
  return `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>cinegraph</groupId><artifactId>engine</artifactId><version>1</version><packaging>pom</packaging>
<dependencies>${dependencies.join('\n')}</dependencies></project>\n`
}
