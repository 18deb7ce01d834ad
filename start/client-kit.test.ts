import assert from 'node:assert/strict'
import { execFile as execFileWithCallback } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { bootPlatform, temporaryFolder } from '../tests/boot.ts'
import { installPackage } from '../tests/npm.ts'
import { writeClientKit } from './client-kit/write-client-kit.ts'

const execFile = promisify(execFileWithCallback)
const compiler = join(import.meta.dirname, '../node_modules/@typescript/native/bin/tsc')

/** An app in an empty folder, with a device's kit installed as npm installs any package. */
const installed = async (device: string, stack: AsyncDisposableStack) => {
  const folder = stack.use(await temporaryFolder()).path
  const { name } = await writeClientKit({ device, folder: join(folder, 'kit') })
  await installPackage(folder, join(folder, 'kit'))
  return { folder, name }
}

/** What the compiler says of an app's source; empty when it has nothing to say. */
const complaints = async (folder: string, source: string): Promise<string> => {
  await writeFile(join(folder, 'app.ts'), source)
  const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2024', '--skipLibCheck']
  const { stdout } = await execFile(process.execPath, [compiler, ...options, 'app.ts'], { cwd: folder }).catch(
    (error: { readonly stdout: string }) => error,
  )
  return stdout
}

test('the kit of each device installs into an empty folder, signs in and prints a home screen', async () => {
  await using stack = new AsyncDisposableStack()
  const platform = stack.use(await bootPlatform())
  for (const device of ['tv', 'mobile', 'web'] as const) {
    const { folder, name } = await installed(device, stack)
    const example = join(folder, 'node_modules', name, 'example.js')
    const { stdout } = await execFile(process.execPath, [example, platform.links[device], 'demo@cinegraph.example', 'popcorn-demo'])
    assert.match(stdout, /^signed in as \S+[\s\S]*\nTop 10\n( {2}\S.*\n)+[\s\S]*signed out\n$/, device)
    assert.ok((await readFile(join(folder, 'node_modules', name, 'example.js'), 'utf8')).split('\n').length <= 60)
    const wrong = execFile(process.execPath, [example, platform.links[device], 'demo@cinegraph.example', 'wrong password'])
    await assert.rejects(wrong, { code: 1, stderr: /^WRONG_CREDENTIALS: \w.*/ })
  }
})

test('answers and variables are typed by the document', async () => {
  await using stack = new AsyncDisposableStack()
  const { folder, name } = await installed('tv', stack)
  const app = (line: string): string =>
    `import { createClient, HomeDocument, TitleDocument } from '${name}'
    const client = createClient({ url: 'http://127.0.0.1:1', deviceId: 'd' })
    ${line}\n`
  assert.equal(
    await complaints(
      folder,
      app('export const heading: string | undefined = (await client.request(HomeDocument, {})).home.rows[0]?.heading'),
    ),
    '',
  )
  assert.match(await complaints(folder, app('export const no = (await client.request(HomeDocument, {})).home.shelves')), /shelves/)
  assert.match(await complaints(folder, app('await client.request(TitleDocument, { name: "x" })')), /name|id/)
})

test('a session whose token is over is renewed once, however many ask, and the app is told to keep it', async () => {
  await using stack = new AsyncDisposableStack()
  const platform = stack.use(await bootPlatform())
  const { folder, name } = await installed('web', stack)
  await writeFile(
    join(folder, 'renews.js'),
    `import { createClient, AccountDocument } from '${name}'
    const [url] = process.argv.slice(2)
    const kept = []
    const first = createClient({ url, deviceId: 'd', onSession: (session) => kept.push(session) })
    await first.signIn('demo@cinegraph.example', 'popcorn-demo')
    const over = { ...first.session, accessToken: 'over' }
    const client = createClient({ url, deviceId: 'd', session: over, onSession: (session) => kept.push(session) })
    const answers = await Promise.all(Array.from({ length: 5 }, () => client.request(AccountDocument, {})))
    console.log(JSON.stringify({ emails: answers.map(({ account }) => account.email), kept: kept.length }))`,
  )
  const { stdout } = await execFile(process.execPath, [join(folder, 'renews.js'), platform.links.web])
  assert.deepEqual(JSON.parse(stdout), { emails: Array.from({ length: 5 }, () => 'demo@cinegraph.example'), kept: 2 })
})
