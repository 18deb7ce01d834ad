import { resolve } from 'node:path'
import { CinegraphError } from '#platform/errors/errors.ts'
import { sentenceFor } from '#platform/process/lifecycle.ts'
import { readFlags } from '#platform/settings/flags.ts'
import { writeClientKit } from './client-kit/write-client-kit.ts'

// `npm run client -- --device tv --out DIR`: a device's documents, typed, and a client, as a package for `npm install`.
const usage = 'npm run client -- --device tv --out FOLDER'

try {
  const faults: CinegraphError[] = []
  const flags = ['device', 'out'].map((name) => ({ name, boolean: false }))
  const { device, out } = readFlags(process.argv.slice(2), flags, faults)
  if (faults.length > 0 || device === undefined || out === undefined)
    throw new CinegraphError('INPUT_INVALID', { name: 'The command', why: `is \`${usage}\`` })
  const { name, documents } = await writeClientKit({ device, folder: resolve(out) })
  process.stdout.write(`${name} is in ${out}, with ${documents.length} documents; \`npm install ${out}\` installs it\n`)
} catch (error) {
  process.stderr.write(`${sentenceFor(error) ?? (error instanceof Error ? (error.stack ?? error.message) : String(error))}\n`)
  process.exitCode = 1
}
