import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { objectKey } from '#platform/contracts/object-key.ts'
import { openEngines } from '#platform/engines/engines.ts'
import { lockFile } from '#platform/files/lock.ts'
import { createLog } from '#platform/observe/log.ts'
import { readConfig } from '#platform/settings/config.ts'

/** Writes objects of one repeated byte each until it is killed, and says which are durable; with `lock`, holds a lock instead. */
const [data = '', mode] = process.argv.slice(2)
if (mode === 'lock') {
  await lockFile(join(data, 'media', '.locks', createHash('sha1').update('a').digest('hex')))
  process.send?.({ name: 'lock', etag: '' })
  setInterval(() => undefined, 60_000)
} else {
  const engines = openEngines(readConfig(['--data', data], {}), createLog('writer', 'silent'))
  const store = await engines.open('objects')
  for (let at = 0; ; at += 1) {
    const name = objectKey(`k/${at % 7}`)
    const { etag } = await store.put(name, Buffer.alloc(400_000 + (at % 5) * 100_000, at % 256))
    process.send?.({ name, etag })
  }
}
