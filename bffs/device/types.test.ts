import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { temporaryFolder } from '../../tests/boot.ts'

const run = promisify(execFile)
const home = join(import.meta.dirname, '..', '..')

/** What the compiler says of the BFFs in a copy of the tree. */
const complaints = async (dir: string): Promise<string> => {
  const compiler = join(home, 'node_modules/@typescript/native/bin/tsc')
  return run(process.execPath, [compiler, '--project', join(dir, 'tsconfig.json')], { cwd: dir }).then(
    () => '',
    (error: { readonly stdout: string }) => error.stdout,
  )
}

const copyOfTree = async (dir: string): Promise<void> => {
  for (const name of ['platform', 'bffs', 'package.json']) await cp(join(home, name), join(dir, name), { recursive: true })
  await mkdir(join(dir, 'prisma'))
  await symlink(join(home, 'prisma/generated'), join(dir, 'prisma/generated'))
  await symlink(join(home, 'node_modules'), join(dir, 'node_modules'))
  const { compilerOptions } = JSON.parse(await readFile(join(home, 'tsconfig.json'), 'utf8')) as { readonly compilerOptions: object }
  await writeFile(
    join(dir, 'tsconfig.json'),
    JSON.stringify({ compilerOptions, files: ['bffs/tv/server.ts', 'bffs/mobile/server.ts', 'bffs/web/server.ts'] }),
  )
}

const planted: readonly (readonly [what: string, file: string, from: string, to: string])[] = [
  ['a card whose name may be null', 'bffs/tv/screens/home.ts', '  name,\n', '  name: name === "" ? null : name,\n'],
  ['a phone’s tile without a picture', 'bffs/mobile/screens/home.ts', ', thumb: artwork.poster', ''],
  ['a year that is a text', 'bffs/web/screens/title.ts', 'year: title.year', 'year: String(title.year)'],
  ['a shared answer without its type', 'bffs/device/present-account.ts', "  __typename: 'Refusal' as const,\n", ''],
  ['a screen that is not resolved', 'bffs/tv/server.ts', 'home: (_parent', 'hone: (_parent'],
]

test('what a device’s schema calls non-null is a type error when a screen may leave it null', async () => {
  await using folder = await temporaryFolder()
  await copyOfTree(folder.path)
  assert.equal(await complaints(folder.path), '')
  for (const [what, file, from, to] of planted) {
    const path = join(folder.path, file)
    const before = await readFile(path, 'utf8')
    assert.ok(before.includes(from), `${file} has ${from}`)
    await writeFile(path, before.replace(from, to))
    assert.match(await complaints(folder.path), /^bffs\/.* error TS/m, what)
    await writeFile(path, before)
  }
})

test('no resolver of a device is cast', async () => {
  for (const device of ['device', 'tv', 'mobile', 'web'])
    assert.doesNotMatch(await readFile(join(home, 'bffs', device, 'server.ts'), 'utf8'), /\bas (never|any|unknown)\b/, device)
})
