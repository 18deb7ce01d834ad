import { createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto'
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { CinegraphError, messageOf, systemCodeOf } from '#platform/errors/errors.ts'

const hex = (bytes: number) => z.string().regex(new RegExp(`^[0-9a-f]{${bytes * 2}}$`), `it is not ${bytes} bytes in hexadecimal`)
const pem = z.string().startsWith('-----BEGIN ', 'it is not a key in PEM')

const shapes = {
  /** Ed25519 keys of access tokens, PEM. Only the profile subgraph signs. */
  accessPrivateKey: pem,
  accessPublicKey: pem,
  /** HMAC key of stream addresses. */
  streamKey: hex(32),
  /** What one of our processes shows another to be believed about region and profile. */
  serviceKey: hex(32),
  databasePassword: z.string().min(16, 'it is too short'),
  /** Of the operator account that the demo makes; `npm run ingest` signs in with it. */
  operatorPassword: z.string().min(16, 'it is too short'),
} as const

export type SecretName = keyof typeof shapes
export type Secrets = { readonly [N in SecretName]: string }
export const secretNames = Object.keys(shapes) as readonly SecretName[]

/** The secrets of a data folder. A file is opened when its secret is asked for, so that a process opens only what it needs. */
export type SecretStore = {
  /** Throws SECRET_MISSING and DATA_CORRUPT. */
  readonly pick: <N extends SecretName>(...names: readonly N[]) => Promise<Pick<Secrets, N>>
}

const folderOf = (dir: string): string => join(dir, 'secrets')
const fileOf = (dir: string, name: SecretName): string =>
  join(
    folderOf(dir),
    name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
  )

export const openSecrets = (dir: string): SecretStore => ({
  pick: async <N extends SecretName>(...names: readonly N[]) =>
    Object.fromEntries(await Promise.all(names.map(async (name) => [name, await readSecret(dir, name)]))) as Pick<Secrets, N>,
})

const readSecret = async (dir: string, name: SecretName): Promise<string> => {
  const file = fileOf(dir, name)
  try {
    return shapes[name].parse((await readFile(file, 'utf8')).trimEnd())
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') throw new CinegraphError('SECRET_MISSING', { file }, error)
    const why = error instanceof z.ZodError ? (error.issues[0]?.message ?? '') : messageOf(error)
    throw new CinegraphError('DATA_CORRUPT', { file, why }, error)
  }
}

/**
 * Makes the secrets of a data folder, each in a file that only its owner may read; what is there is kept. NOTE: only the
 * first start of the whole service does so: a process that made its own would be believed by no other.
 */
export const createSecrets = async (dir: string): Promise<void> => {
  await mkdir(folderOf(dir), { recursive: true, mode: 0o700 })
  await chmod(folderOf(dir), 0o700)
  const older = await readOlder(dir)
  const privateKey = older.accessPrivateKey ?? (await existing(dir, 'accessPrivateKey')) ?? newPrivateKey()
  const values: Secrets = {
    streamKey: random(32),
    serviceKey: random(32),
    databasePassword: random(24),
    operatorPassword: random(16),
    accessPublicKey: createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString(),
    ...older,
    accessPrivateKey: privateKey,
  }
  for (const name of secretNames) if ((await existing(dir, name)) === undefined) await writeSecret(dir, name, values[name])
  await rm(olderFileOf(dir), { force: true })
}

const random = (bytes: number): string => randomBytes(bytes).toString('hex')
const newPrivateKey = (): string => generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const existing = (dir: string, name: SecretName): Promise<string | undefined> =>
  readSecret(dir, name).catch((error: unknown) => {
    if (error instanceof CinegraphError && error.code === 'SECRET_MISSING') return undefined
    throw error
  })

/** Appears under its name when all of it is there. */
const writeSecret = async (dir: string, name: SecretName, value: string): Promise<void> => {
  const file = fileOf(dir, name)
  await writeFile(`${file}.new`, `${value.trimEnd()}\n`, { mode: 0o600 })
  await rename(`${file}.new`, file)
}

const olderFileOf = (dir: string): string => join(dir, 'secrets.json')

/** Format 1 of a data folder keeps all secrets in one file. */
const readOlder = async (dir: string): Promise<Partial<Secrets>> => {
  const file = olderFileOf(dir)
  try {
    return z.object(shapes).parse(JSON.parse(await readFile(file, 'utf8')))
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return {}
    throw new CinegraphError('DATA_CORRUPT', { file, why: error instanceof z.ZodError ? 'a secret is missing' : messageOf(error) }, error)
  }
}
