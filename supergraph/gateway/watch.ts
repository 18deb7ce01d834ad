import { unwatchFile, watchFile } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { CinegraphError, messageOf } from '#platform/errors/errors.ts'

/** The text of a supergraph file. Throws SUPERGRAPH_INVALID when it cannot be read. */
export const readSupergraphFile = async (file: string): Promise<string> => {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw new CinegraphError('SUPERGRAPH_INVALID', { why: messageOf(error) }, error)
  }
}

const pollMs = 200

/** Calls `onChange` with the text of a file each time it is another one, and not before the last call has ended. */
export const watchText = (file: string, onChange: (text: string) => Promise<void>): Disposable => {
  let last = Promise.resolve()
  let known: string | undefined
  const look = async (): Promise<void> => {
    const text = await readFile(file, 'utf8').catch(() => '')
    if (text === '' || text === known) return
    known = text
    await onChange(text)
  }
  // NOTE: polling sees what editors, mounts and renames do to a file on every system; events do not.
  watchFile(file, { interval: pollMs, persistent: false }, () => {
    last = last.then(look, look)
  })
  return { [Symbol.dispose]: () => unwatchFile(file) }
}
