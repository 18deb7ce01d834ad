import { CinegraphError } from '#platform/errors/errors.ts'

/** Servers of one zone, which share its keys. */
export type Zone = readonly string[]

/**
 * Zones of Redis servers from a text: zones apart by `;`, the nearest first, servers of a zone apart by `,`; each `redis://` or
 * `rediss://`. Throws SETTING_INVALID, without the passwords that the text may hold.
 */
export const parseZones = (text: string, name: string): readonly Zone[] => {
  const zones = text.split(';').map((zone) => zone.split(',').map((part) => part.trim()))
  const isServer = (part: string) => URL.canParse(part) && ['redis:', 'rediss:'].includes(new URL(part).protocol)
  const all = zones.flat()
  if (all.every(isServer) && new Set(all).size === all.length) return zones
  const value = JSON.stringify(text.replaceAll(/:\/\/[^,;]*/g, '://…'))
  throw new CinegraphError('SETTING_INVALID', {
    name,
    value,
    wanted: 'one or more zones of redis:// servers, each named once (redis://a,redis://b;redis://c)',
  })
}
