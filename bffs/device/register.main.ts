import { join } from 'node:path'
import { CinegraphError } from '#platform/errors/errors.ts'
import { sentenceFor } from '#platform/process/lifecycle.ts'
import { readFlags } from '#platform/settings/flags.ts'
import { registerOperations } from './register.ts'

// npm run bff:register -- --device tv --from ../tv-app/src: the operations in a front-end's .graphql files may be asked of its
// device by id, and are the only ones that may where the service runs with --documents registered.
const usage = 'npm run bff:register -- --device tv --from FOLDER'

try {
  const faults: CinegraphError[] = []
  const { device, from } = readFlags(
    process.argv.slice(2),
    [
      { name: 'device', boolean: false },
      { name: 'from', boolean: false },
    ],
    faults,
  )
  if (faults.length > 0 || device === undefined || from === undefined)
    throw new CinegraphError('INPUT_INVALID', { name: 'The command', why: `is \`${usage}\`` })
  const { file, added, kept } = await registerOperations({ device, from, bffs: join(import.meta.dirname, '..') })
  const names = added.length === 0 ? 'nothing new' : added.join(', ')
  process.stdout.write(`${file}: ${names}; ${kept} were registered before.\n`)
} catch (error) {
  process.stderr.write(`${sentenceFor(error) ?? (error instanceof Error ? (error.stack ?? error.message) : String(error))}\n`)
  process.exitCode = 1
}
