import { argon2, randomBytes } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { promisify } from 'node:util'
import { secretEqual } from '#platform/identity/secret-equal.ts'
import { bulkhead } from '#platform/resilience/bulkhead.ts'
import { deadline } from '#platform/resilience/deadline.ts'
import { policy } from '#platform/resilience/policy.ts'

/** OWASP's smallest advice for argon2id: 19 MiB, two passes, one lane (RFC 9106 names the parameters). */
const cost = { memory: 19_456, passes: 2, parallelism: 1, tagLength: 32 } as const

/**
 * Passwords are hashed in few threads of this process, and few wait, not for long: a flood of sign-ins takes neither the
 * processors nor the thread pool from others.
 */
const concurrent = Math.max(1, Math.min(2, availableParallelism() - 1))
const guarded = policy('Signing in', deadline({ ms: 3_000 }), bulkhead({ concurrent, queued: 25 }))
const derive = promisify(argon2)
const deriveInTurn = guarded((_signal, ...args: Parameters<typeof derive>) => derive(...args))

const digest = (password: string, nonce: Uint8Array): Promise<Buffer> =>
  deriveInTurn('argon2id', { message: Buffer.from(password.normalize('NFKC')), nonce, ...cost })

/** Throws OVERLOADED or DEADLINE when too many are hashed at a time. A PHC string: `$argon2id$v=19$m=…,t=…,p=…$salt$hash`. */
export const hashPassword = async (password: string, nonce: Uint8Array = randomBytes(16)): Promise<string> => {
  const tag = await digest(password, nonce)
  return `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=${cost.parallelism}$${Buffer.from(nonce).toString('base64url')}$${tag.toString('base64url')}`
}

export const passwordMatches = async (password: string, phc: string): Promise<boolean> => {
  const [, , , , nonce = '', tag = ''] = phc.split('$')
  const wanted = Buffer.from(tag, 'base64url')
  const found = await digest(password, Buffer.from(nonce, 'base64url'))
  return secretEqual(wanted, found)
}
