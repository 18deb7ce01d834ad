import { once } from 'node:events'
import { createServer } from 'node:net'
import { CinegraphError, systemCodeOf } from '#platform/errors/errors.ts'

/** What listens on which port, counted from `--port-base`. */
const offsets = {
  web: 0,
  tv: 1,
  mobile: 2,
  supergraph: 3,
  mail: 4,
  origin: 5,
  'edge-1': 6,
  'edge-2': 7,
  database: 8,
  'control-plane-admin': 9,
  'origin-admin': 10,
  'edge-1-admin': 11,
  'edge-2-admin': 12,
} as const
export type Place = keyof typeof offsets
export type Ports = Readonly<Record<Place, number>>

export const portsFrom = (base: number): Ports =>
  Object.fromEntries(Object.entries(offsets).map(([place, offset]) => [place, base + offset])) as Ports

const isForOperators = (place: string): boolean => place === 'mail' || place.endsWith('-admin')

/** What a system says of a name or an address that is none of this machine's. */
const notOurs: ReadonlySet<string | undefined> = new Set(['EADDRNOTAVAIL', 'EAFNOSUPPORT', 'EINVAL', 'ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL'])

/** Throws PORT_TAKEN for the first port that something else listens on, SETTING_INVALID for an address that is not of this machine. */
export const checkPorts = async (
  ports: Ports,
  { host, adminHost, withDatabase }: { readonly host: string; readonly adminHost: string; readonly withDatabase: boolean },
): Promise<void> => {
  for (const [what, port] of Object.entries(ports)) {
    if (what === 'database' && !withDatabase) continue
    const probe = createServer()
    try {
      probe.listen(port, what === 'database' ? '127.0.0.1' : isForOperators(what) ? adminHost : host)
      await once(probe, 'listening')
    } catch (error) {
      if (systemCodeOf(error) === 'EADDRINUSE') throw new CinegraphError('PORT_TAKEN', { port, what }, error)
      const [name, value] = isForOperators(what) ? ['--admin-host', adminHost] : ['--host', host]
      if (what !== 'database' && notOurs.has(systemCodeOf(error)))
        throw new CinegraphError('SETTING_INVALID', { name, value, wanted: 'an address of this machine' }, error)
      throw error
    } finally {
      probe.close()
    }
  }
}
