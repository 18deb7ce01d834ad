import { readFileSync } from 'node:fs'
import type { ClientMetadata } from 'oidc-provider'
import { z } from 'zod'
import { CinegraphError, messageOf } from '#platform/errors/errors.ts'

export const tvClient = 'cinegraph-tv'
const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code'

/** Our own: a television that shows a code, and an app that a browser leads back to. */
const ownClients: readonly ClientMetadata[] = [
  {
    client_id: tvClient,
    application_type: 'native',
    grant_types: [deviceGrant, 'refresh_token'],
    response_types: [],
    redirect_uris: [],
  },
  {
    client_id: 'cinegraph-mobile',
    application_type: 'native',
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    redirect_uris: ['example.cinegraph:/callback', 'http://127.0.0.1/callback'],
  },
]

const File = z.array(z.looseObject({ client_id: z.string().min(1) }))

/** Our own clients, and those of a file with their metadata (RFC 7591). Throws INPUT_INVALID for a file that is none. */
export const readClients = (file: string): readonly ClientMetadata[] => {
  if (file === '') return ownClients
  try {
    return [...ownClients, ...(File.parse(JSON.parse(readFileSync(file, 'utf8'))) as ClientMetadata[])]
  } catch (error) {
    throw new CinegraphError('INPUT_INVALID', { name: '--oauth-clients', why: `cannot be read: ${messageOf(error)}` }, error)
  }
}
