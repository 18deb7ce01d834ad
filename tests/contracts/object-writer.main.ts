import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { createFolderStore } from '#platform/adapters/object-store.folder.ts'
import { objectKey } from '#platform/contracts/object-key.ts'
import { lockFile } from '#platform/files/lock.ts'

/** Writes objects of one repeated byte each until it is killed, and says which are durable; with `lock`, holds a lock instead. */
const [root = '', mode] = process.argv.slice(2)
if (mode === 'lock') {
  await lockFile(join(root, '.locks', createHash('sha1').update('a').digest('hex')))
  process.send?.({ name: 'lock', etag: '' })
  setInterval(() => undefined, 60_000)
} else {
  const store = createFolderStore(root)
  for (let at = 0; ; at += 1) {
    const name = objectKey(`k/${at % 7}`)
    const { etag } = await store.put(name, Buffer.alloc(400_000 + (at % 5) * 100_000, at % 256))
    process.send?.({ name, etag })
  }
}
