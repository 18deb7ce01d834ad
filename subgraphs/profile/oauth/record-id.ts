import { createHash } from 'node:crypto'

/** What is kept of the name by which a holder shows what oidc-provider keeps. */
export const recordId = (kind: string, shown: string): string => createHash('sha256').update(`${kind} ${shown}`).digest('hex')
