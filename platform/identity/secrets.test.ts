import assert from 'node:assert/strict'
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { createSecrets, openSecrets, secretNames } from '#platform/identity/secrets.ts'

const folder = async (): Promise<AsyncDisposable & { readonly path: string }> => {
  const path = await mkdtemp(join(tmpdir(), 'cinegraph-secrets-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

test('each secret has a file of its own that only its owner may read, and a second start keeps them all', async () => {
  await using dir = await folder()
  await createSecrets(dir.path)
  const first = await openSecrets(dir.path).pick(...secretNames)
  await createSecrets(dir.path)
  assert.deepEqual(await openSecrets(dir.path).pick(...secretNames), first)
  const files = await readdir(join(dir.path, 'secrets'))
  assert.equal(files.length, secretNames.length)
  for (const file of files) assert.equal((await stat(join(dir.path, 'secrets', file))).mode & 0o777, 0o600, file)
  assert.equal((await stat(join(dir.path, 'secrets'))).mode & 0o777, 0o700)
})

test('the one file of an older data folder is taken over, value by value, and is gone afterwards', async () => {
  await using dir = await folder()
  await using other = await folder()
  await createSecrets(other.path)
  const older = await openSecrets(other.path).pick(...secretNames)
  await writeFile(join(dir.path, 'secrets.json'), JSON.stringify(older))
  await chmod(join(dir.path, 'secrets.json'), 0o644)
  await createSecrets(dir.path)
  const taken = await openSecrets(dir.path).pick(...secretNames)
  for (const name of secretNames) assert.equal(taken[name].trimEnd(), older[name].trimEnd(), name)
  assert.deepEqual(await readdir(dir.path), ['secrets'])
})

test('a secret that is asked for opens its own file and no other', async () => {
  await using dir = await folder()
  await createSecrets(dir.path)
  const kept = await readFile(join(dir.path, 'secrets', 'stream-key'), 'utf8')
  for (const file of await readdir(join(dir.path, 'secrets'))) await rm(join(dir.path, 'secrets', file))
  await writeFile(join(dir.path, 'secrets', 'stream-key'), kept)
  assert.equal((await openSecrets(dir.path).pick('streamKey')).streamKey, kept.trimEnd())
  await assert.rejects(openSecrets(dir.path).pick('streamKey', 'serviceKey'), /service-key is not there/)
  await writeFile(join(dir.path, 'secrets', 'service-key'), 'half')
  await assert.rejects(openSecrets(dir.path).pick('serviceKey'), /service-key cannot be read \(it is not 32 bytes/)
})
