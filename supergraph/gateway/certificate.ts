import { readFile } from 'node:fs/promises'
import { createSecureContext } from 'node:tls'
import { CinegraphError, messageOf } from '#platform/errors/errors.ts'
import type { GatewaySettings } from './settings.ts'

/** The certificate and key that settings name, in PEM. Throws GATEWAY_OPTION for files that cannot be read or do not belong together. */
export const readCertificate = async (
  tls: GatewaySettings['tls'],
): Promise<{ readonly cert: string; readonly key: string } | undefined> => {
  if (tls === undefined) return undefined
  const [cert, key] = await Promise.all([readPem('tls.cert', tls.cert), readPem('tls.key', tls.key)])
  try {
    createSecureContext({ cert, key })
  } catch (error) {
    throw new CinegraphError(
      'GATEWAY_OPTION',
      { name: 'tls', why: `the certificate and the key do not serve (${messageOf(error)})` },
      error,
    )
  }
  return { cert, key }
}

const readPem = async (name: string, file: string): Promise<string> => {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw new CinegraphError('GATEWAY_OPTION', { name, why: messageOf(error) }, error)
  }
}
