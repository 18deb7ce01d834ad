import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { processBirth } from '#platform/process/birth.ts'

const folder = join(import.meta.dirname, '..', '..', 'node_modules', '.cache', 'cinegraph-running')

/**
 * Notes beside the installed packages that this process runs on them, until disposed: `setup.mjs` installs none meanwhile.
 * Where nothing can be written, nobody installs either.
 */
export const noteRunning = (): Disposable => {
  const file = join(folder, String(process.pid))
  try {
    mkdirSync(folder, { recursive: true })
    writeFileSync(file, `${processBirth(process.pid) ?? ''}\n`)
  } catch {
    return { [Symbol.dispose]: () => undefined }
  }
  return { [Symbol.dispose]: () => rmSync(file, { force: true }) }
}
