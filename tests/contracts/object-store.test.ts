import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { chmod, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { createFolderStore } from '#platform/adapters/object-store.folder.ts'
import { readObject } from '#platform/files/read-object.ts'
import { temporaryFolder } from '../boot.ts'
import { multipartContract } from './multipart-store.ts'
import { key, objectStoreContract } from './object-store.ts'

const open = async () => {
  const folder = await temporaryFolder()
  const root = join(folder.path, 'media')
  return { data: folder.path, root, store: createFolderStore(root), [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() }
}
objectStoreContract('folder', open)
multipartContract('folder', open)

test('a writer that is killed leaves old objects or new ones, nothing in between, and what it acknowledged', async () => {
  await using opened = await open()
  for (let round = 0; round < 6; round += 1) {
    const writer = fork(new URL('./object-writer.main.ts', import.meta.url), [opened.data], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    const acknowledged = new Map<string, string>()
    writer.on('message', ({ name, etag }: { name: string; etag: string }) => acknowledged.set(name, etag))
    while (acknowledged.size < 2 + round) await once(writer, 'message')
    writer.kill('SIGKILL')
    await once(writer, 'close')
    const { objects } = await opened.store.list(key('k'))
    for (const object of objects) {
      const body = await readObject(opened.store, object.key)
      assert.ok(body.length === object.bytes && body.every((byte) => byte === body[0]), `${object.key} is one write`)
    }
    const there = new Set(objects.map((object) => String(object.key)))
    for (const name of acknowledged.keys()) assert.ok(there.has(name), `${name} was acknowledged`)
  }
  await opened.store.put(key('k/next'), Buffer.from('x'))
  await createFolderStore(opened.root).put(key('k/next'), Buffer.from('y'))
  assert.deepEqual(await readdir(join(opened.root, '.partial')), [], 'what was left half is swept')
})

test('the lock of a writer that was killed holds nobody up', async () => {
  await using opened = await open()
  const { etag } = await opened.store.put(key('a'), Buffer.from('1'))
  const writer = fork(new URL('./object-writer.main.ts', import.meta.url), [opened.data, 'lock'], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  await once(writer, 'message')
  writer.kill('SIGKILL')
  await once(writer, 'close')
  assert.equal((await readdir(join(opened.root, '.locks'))).length, 1)
  const tries = Array.from({ length: 5 }, (_, at) => opened.store.put(key('a'), Buffer.from(`try ${at}`), { condition: { ifMatch: etag } }))
  const results = await Promise.allSettled(tries)
  assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1)
  assert.deepEqual(await readdir(join(opened.root, '.locks')), [])
})

test('nobody but this user may look into the folder', async () => {
  await using opened = await open()
  const upload = await opened.store.begin(key('u/v'))
  await opened.store.putPart(upload, 1, Buffer.from('part'))
  await opened.store.put(key('a/b/c'), Buffer.from('object'))
  await opened.store.copy(key('a/b/c'), key('a/d'))
  for (const name of ['', ...(await readdir(opened.root, { recursive: true }))]) {
    const found = await stat(join(opened.root, name))
    assert.equal(found.mode & 0o777, found.isDirectory() ? 0o700 : 0o600, name)
  }
})

test('an object that was damaged on the disk is not given out as if it were sound', async () => {
  await using opened = await open()
  await opened.store.put(key('a'), Buffer.from('a film of one sentence'))
  const path = join(opened.root, 'a')
  await chmod(path, 0o600)
  const bytes = await readFile(path)
  bytes.writeUInt8(bytes.readUInt8(3) ^ 1, 3)
  await writeFile(path, bytes)
  await assert.rejects(readObject(opened.store, key('a')), { code: 'OBJECT_CORRUPT' })
})

test('a file that was put into the folder by other means is an object', async () => {
  await using opened = await open()
  await opened.store.put(key('art/a.svg'), Buffer.from('x'))
  await writeFile(join(opened.root, 'art', 'b.svg'), '<svg/>')
  assert.equal((await readObject(opened.store, key('art/b.svg'))).toString(), '<svg/>')
  assert.equal((await opened.store.head(key('art/b.svg')))?.type, 'image/svg+xml')
})
