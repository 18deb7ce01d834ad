import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { before, test } from 'node:test'
import { promisify } from 'node:util'
import { compareGraphs } from './compare.ts'
import { readGraph } from './graph.ts'
import { asMarkdown, asText, isRefused } from './report.ts'
import { type Tree, treeAt, workingTree } from './tree.ts'

const run = promisify(execFile)
const home = join(import.meta.dirname, '..', '..')
const files = new Map<string, string>()

before(async () => {
  const tree = await workingTree(home)
  for (const path of tree.paths) files.set(path, await tree.read(path))
})

const treeOf = (changed: Readonly<Record<string, string>> = {}): Tree => ({
  name: 'before',
  paths: [...files.keys()],
  read: async (path) => changed[path] ?? files.get(path) ?? '',
})

/** The files of this repository, one of them edited. The edit must be possible, so that a test cannot pass on nothing. */
const edited = (path: string, from: string, to: string): Readonly<Record<string, string>> => {
  const text = files.get(path) ?? ''
  assert.ok(text.includes(from), `${path} has "${from}"`)
  return { [path]: text.replace(from, to) }
}
const compared = async (now: Readonly<Record<string, string>>, old: Readonly<Record<string, string>> = {}) => ({
  against: 'before',
  ...(await compareGraphs(await readGraph(treeOf(old)), await readGraph(treeOf(now)))),
})
const catalog = 'subgraphs/catalog/schema.graphql'
/** NOTE: a field goes with its description, or what is left describes the next one. */
const synopsis = '  "What it is about, in a few sentences."\n  synopsis: String!\n'

test('nothing is said of schemas that have not changed', async () => {
  const reported = await compared({})
  assert.equal(asText(reported), 'Against before: nothing has changed.')
  assert.equal(isRefused(reported, true), false)
})

test('a field that is gone is refused, with the operations that ask for it and where', async () => {
  const reported = await compared(edited(catalog, synopsis, ''))
  assert.ok(isRefused(reported, false))
  const line = (files.get('bffs/web/operations/title.graphql') ?? '').split('\n').findIndex((each) => each.includes('synopsis')) + 1
  assert.match(asText(reported), new RegExp(`fault +bffs/web/operations/title\\.graphql:${line} +Cannot query field "synopsis"`))
  const [change] = reported.changes.filter(({ message }) => message.includes('synopsis'))
  assert.equal(change?.level, 'breaking')
  assert.ok(change?.usedAt.some(({ file }) => file === 'bffs/web/operations/cards.graphql'))
  assert.match(asMarkdown(reported, false), /do not release[\s\S]*\| breaking \| supergraph \|.*bffs\/web\/operations\/title\.graphql:\d+/)
})

test('each kind of change that breaks an operation names it', async () => {
  const planted = [
    ['may be null now', edited(catalog, '  synopsis: String!', '  synopsis: String'), 'bffs/web/operations/title.graphql'],
    [
      'asks for one argument more',
      edited(catalog, 'id: ID!): Title\n', 'id: ID!, edition: Int!): Title\n'),
      'bffs/web/operations/title.graphql',
    ],
    [
      'wants a field more of an input that comes as a variable',
      edited('subgraphs/profile/schema.graphql', 'input SignUpInput {', 'input SignUpInput {\n  country: String!'),
      'bffs/device/operations/signUp.graphql',
    ],
    [
      'gives a value of an enum no more',
      edited('subgraphs/profile/schema.graphql', '  "The address has an account."\n  EMAIL_TAKEN\n', ''),
      'bffs/device/operations/signUp.graphql',
    ],
    ['takes a field from a device', edited('bffs/tv/schema.graphql', 'picture: ', 'image: '), 'bffs/tv/documents/home.graphql'],
  ] as const
  for (const [what, now, file] of planted) {
    const reported = await compared(now)
    const broken = reported.changes.filter(({ level }) => level === 'breaking')
    assert.ok(
      broken.some(({ usedAt }) => usedAt.some((place) => place.file === file)),
      `${what}: ${asText(reported)}`,
    )
    assert.ok(isRefused(reported, false), what)
  }
})

test('a change that no operation meets is shown, and refused only when asked to be strict', async () => {
  const reported = await compared(
    edited(
      catalog,
      '  "How an upload is getting on."\n  upload("`id` that `startUpload` gave." id: ID!): Upload @requiresScopes(scopes: [["operator"]])\n',
      '',
    ),
  )
  const [change] = reported.changes.filter(({ level }) => level === 'breaking')
  assert.match(change?.message ?? '', /upload/)
  assert.deepEqual(change?.usedAt, [])
  assert.equal(isRefused(reported, false), false)
  assert.equal(isRefused(reported, true), true)
  assert.match(asText(reported), /no document in this repository uses it/)
})

test('subgraphs that do not fit together, and files that cannot be read, are named with file and line', async () => {
  const unfit = await compared(edited('subgraphs/recs/schema.graphql', 'type Query {', 'type Query {\n  topTen: Int'))
  assert.ok(isRefused(unfit, false))
  assert.match(asText(unfit), /fault +subgraphs\/\w+\/schema\.graphql:\d+ /)
  const unreadable = await compared(edited(catalog, 'type Query {', 'type Query {{'))
  assert.match(asText(unreadable), new RegExp(`fault +${catalog}:\\d+ +Syntax Error`))
  assert.equal(unreadable.faults.length, 1)
})

test('what is added is no news for a terminal, and what nobody asks for is listed', async () => {
  const reported = await compared(edited(catalog, '  topTen: [Title!]!\n', '  topTen: [Title!]!\n  moods: [String!]!\n'))
  assert.equal(asText(reported), 'Against before: changes: 0 breaking, 0 dangerous, 1 safe.')
  assert.ok(reported.unused.includes('Query.moods'))
  assert.ok(!reported.unused.includes('Title.synopsis'))
})

test('a commit is compared with the files on disk; a name that git does not know is refused', async (t) => {
  const git = await run('git', ['--version']).then(
    () => true,
    () => false,
  )
  if (!git) return t.skip('git is not installed')
  const folder = await mkdtemp(join(tmpdir(), 'cinegraph-schema-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const write = async (path: string, text: string): Promise<void> => {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
  for (const [path, text] of files) await write(path, text)
  const author = ['-c', 'user.name=test', '-c', 'user.email=test@example.org']
  await run('git', ['-C', folder, 'init', '--quiet'])
  await run('git', ['-C', folder, 'add', '.'])
  await run('git', ['-C', folder, ...author, 'commit', '--quiet', '--no-gpg-sign', '--message', 'Begin'])
  await write(catalog, (files.get(catalog) ?? '').replace(synopsis, ''))
  const compare = async () => compareGraphs(await readGraph(await treeAt(folder, 'HEAD')), await readGraph(await workingTree(folder)))
  assert.ok((await compare()).changes.some(({ level, message }) => level === 'breaking' && message.includes('synopsis')))
  await assert.rejects(treeAt(folder, 'nowhere'), { code: 'INPUT_INVALID', message: /--against nowhere git knows no commit/ })
  await assert.rejects(treeAt(folder, '--help'), { code: 'INPUT_INVALID' })
})
