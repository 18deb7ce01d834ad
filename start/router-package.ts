import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { stripTypeScriptTypes } from 'node:module'
import { dirname, join, normalize } from 'node:path'
import { assetPackages } from '../supergraph/explorer.ts'

const home = join(import.meta.dirname, '..')
const entry = 'supergraph/gateway.main.ts'
const hookTypes = 'supergraph/gateway/hook-types.ts'
export const packageName = 'cinegraph-router'

/** Strings that name a file of ours: of imports, also of types that are left out, and of processes and workers. */
const ours = /(['"`])((?:#platform\/|\.{1,2}\/)[\w./-]+)\.ts\1/g
const others = /\b(?:from|import)\s*\(?\s*['"]([^'"#.][^'"]*)['"]/g

type Manifest = {
  readonly version: string
  readonly license: string
  readonly dependencies: Readonly<Record<string, string>>
}

/**
 * Writes the gateway as a package of JavaScript that npm can install anywhere: the files that it reaches from its start, with
 * the dependencies that those name, and nothing else of the repository.
 */
export const writeRouterPackage = async (folder: string): Promise<void> => {
  const manifest = JSON.parse(await readFile(join(home, 'package.json'), 'utf8')) as Manifest
  const packages = new Set<string>(assetPackages)
  const written = new Set<string>()
  const write = async (file: string): Promise<void> => {
    if (written.has(file)) return
    written.add(file)
    const text = stripTypeScriptTypes(await readFile(join(home, file), 'utf8'))
    for (const [, name = ''] of text.matchAll(others)) packages.add(packageOf(name))
    const target = join(folder, file.replace(/\.ts$/, '.js'))
    await mkdir(dirname(target), { recursive: true })
    await writeFile(target, text.replaceAll(ours, '$1$2.js$1'))
    for (const [, , name = ''] of text.matchAll(ours)) await write(pathOf(name, file))
  }
  await write(entry)
  await writeFile(join(folder, 'cinegraph-router.js'), `#!/usr/bin/env node\nimport './${entry.replace(/\.ts$/, '.js')}'\n`, {
    mode: 0o755,
  })
  await cp(join(home, 'LICENSE'), join(folder, 'LICENSE'))
  // NOTE: nothing but types, which is what a declaration file is.
  await cp(join(home, hookTypes), join(folder, 'hooks.d.ts'))
  await cp(join(home, 'docs/SUPERGRAPH.md'), join(folder, 'README.md'))
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifestOf(manifest, packages), null, 2))
}

const pathOf = (name: string, from: string): string =>
  name.startsWith('#platform/') ? `${name.slice(1)}.ts` : `${normalize(join(dirname(from), name))}.ts`

const packageOf = (name: string): string =>
  name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/')

const manifestOf = ({ version, license, dependencies }: Manifest, packages: ReadonlySet<string>) => ({
  name: packageName,
  version,
  license,
  description: 'A gateway for Federation 2 supergraphs: plans, fetches, merges; subscriptions, @defer, contracts, demand control.',
  type: 'module',
  engines: { node: '>=24' },
  bin: { [packageName]: './cinegraph-router.js' },
  exports: { './hooks': { types: './hooks.d.ts' }, './package.json': './package.json' },
  imports: { '#platform/*': './platform/*' },
  dependencies: Object.fromEntries(Object.entries(dependencies).filter(([name]) => packages.has(name))),
})
