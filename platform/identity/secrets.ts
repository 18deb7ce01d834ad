import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { CinegraphError, messageOf, systemCodeOf } from '#platform/errors/errors.ts'

const Secrets = z.object({
  /** Ed25519 keys of access tokens, PEM. */
  accessPrivateKey: z.string(),
  accessPublicKey: z.string(),
  /** HMAC key of stream addresses, hex. */
  streamKey: z.string().length(64),
  /** What one of our processes shows another to be believed about region and profile. */
  serviceKey: z.string().length(64),
  databasePassword: z.string().min(16),
  /** Of the operator account that the demo makes; `npm run ingest` signs in with it. */
  operatorPassword: z.string().min(16),
})
export type Secrets = Readonly<z.infer<typeof Secrets>>

const makeSecrets = (): Secrets => {
  const pair = generateKeyPairSync('ed25519', {
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  const hex = (bytes: number) => randomBytes(bytes).toString('hex')
  return {
    accessPrivateKey: pair.privateKey,
    accessPublicKey: pair.publicKey,
    streamKey: hex(32),
    serviceKey: hex(32),
    databasePassword: hex(24),
    operatorPassword: hex(16),
  }
}

/** The secrets of a data folder, made on first use in a file only its owner may read. Throws DATA_CORRUPT. */
export const openSecrets = async (dir: string): Promise<Secrets> => {
  const file = join(dir, 'secrets.json')
  try {
    return Secrets.parse(JSON.parse(await readFile(file, 'utf8')))
  } catch (error) {
    if (systemCodeOf(error) !== 'ENOENT')
      throw new CinegraphError('DATA_CORRUPT', { file, why: error instanceof z.ZodError ? 'a secret is missing' : messageOf(error) }, error)
  }
  const secrets = makeSecrets()
  await writeFile(`${file}.new`, JSON.stringify(secrets, null, 2), { mode: 0o600 })
  await rename(`${file}.new`, file)
  return secrets
}
