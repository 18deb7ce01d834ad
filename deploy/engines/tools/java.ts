import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { missing, onPath, run } from './run.ts'

const folders = '/usr/lib/jvm'

/** A `java` whose version is at least, and at most, what is given. */
export const findJava = async (engine: string, { min, max = 99 }: { readonly min: number; readonly max?: number }): Promise<string> => {
  const installed = (await readdir(folders).catch(() => [])).map((name) => join(folders, name, 'bin', 'java'))
  const home = process.env.JAVA_HOME === undefined ? [] : [join(process.env.JAVA_HOME, 'bin', 'java')]
  const found: string[] = []
  for (const path of [...home, ...[await onPath('java')].filter((each) => each !== undefined), ...installed]) {
    const version = await versionOf(path)
    if (version === undefined) continue
    if (version >= min && version <= max) return path
    found.push(String(version))
  }
  const wanted = max === 99 ? `Java ${min} or later` : `Java ${min} to ${max}`
  const why = found.length === 0 ? 'there is no Java' : `there is Java ${[...new Set(found)].join(', ')} only`
  throw missing(
    engine,
    `it needs ${wanted}, and ${why}`,
    `Install a JDK (\`apt-get install openjdk-17-jre-headless\` brings 17), or name one with JAVA_HOME`,
  )
}

const versionOf = async (java: string): Promise<number | undefined> => {
  const text = await run(java, ['--version']).catch(() => '')
  const [, version] = /(\d+)/.exec(text) ?? []
  return version === undefined ? undefined : Number(version)
}
