import { createHash, randomBytes, randomInt } from 'node:crypto'

/** Without vowels, so that no word comes about (RFC 8628, section 6.1). */
const letters = 'BCDFGHJKLMNPQRSTVWXZ'
const codeLength = 8

/** A code that a person reads in one place and enters in another. */
export const newCode = (): string => Array.from({ length: codeLength }, () => letters[randomInt(letters.length)]).join('')
/** As it is shown. */
export const shownCode = (code: string): string => `${code.slice(0, codeLength / 2)}-${code.slice(codeLength / 2)}`
/** A code as somebody entered it, without what was put between its letters. */
export const normalizedCode = (entered: string): string => entered.toUpperCase().replaceAll(/[^A-Z]/g, '')

/** What is held by a device or a link, and by nobody else. */
export const newSecret = (): string => randomBytes(32).toString('base64url')
/** What is kept of a secret. NOTE: a code is short, so that it is only kept together with a secret. */
export const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex')
