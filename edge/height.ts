import type { ObjectKey } from '#platform/contracts/object-key.ts'
import type { StreamGrant } from '#platform/identity/stream-token.ts'
import type { Held } from './cache.ts'

type Limited = Pick<StreamGrant, 'prefix' | 'heightMax'>

/** The lines of a picture rendition by its name, as the packager gives it: `v1080`. */
const rendition = /^v(\d+)(?=[-./])/

/** Whether an object belongs to a picture of more lines than the address grants. */
export const isTooHigh = (key: ObjectKey, { prefix, heightMax }: Limited): boolean => {
  const lines = rendition.exec(key.slice(prefix.length + 1))?.[1]
  return heightMax !== undefined && lines !== undefined && Number(lines) > heightMax
}

/** A variant of a multivariant playlist with its address (RFC 8216, section 4.3.4.2). */
const variant = /^#EXT-X-STREAM-INF:(.*)\n(?:#.*\n)*(.*)\n/gm
/** The same of nothing but key frames, with its address in it (section 4.3.4.3). */
const keyVariant = /^#EXT-X-I-FRAME-STREAM-INF:(.*)\n/gm
/** A representation of pictures (ISO/IEC 23009-1, section 5.3.5), with all that it holds. */
const representation = /[ \t]*<Representation\b([^>]*)>[\s\S]*?<\/Representation>\n?/g

const isWithin = (lines: string | undefined, heightMax: number): boolean => lines === undefined || Number(lines) <= heightMax

const playlistWithin = (text: string, heightMax: number): string =>
  [variant, keyVariant].reduce(
    (rest, kind) =>
      rest.replace(kind, (all, attributes: string) => (isWithin(/RESOLUTION=\d+x(\d+)/.exec(attributes)?.[1], heightMax) ? all : '')),
    text,
  )
/** NOTE: sheets of small pictures have a height too, and no codec. */
const manifestWithin = (text: string, heightMax: number): string =>
  text.replace(representation, (all, attributes: string) =>
    !attributes.includes('codecs=') || isWithin(/\bheight="(\d+)"/.exec(attributes)?.[1], heightMax) ? all : '',
  )

const manifests: Readonly<Record<string, (text: string, heightMax: number) => string>> = {
  'master.m3u8': playlistWithin,
  'manifest.mpd': manifestWithin,
}

/** A manifest without the pictures that the address does not grant, under an entity tag of its own; every other object as it is. */
export const withinHeight = (held: Held, key: ObjectKey, { prefix, heightMax }: Limited): Held => {
  const filter = manifests[key.slice(prefix.length + 1)]
  if (heightMax === undefined || filter === undefined) return held
  const body = Buffer.from(filter(held.body.toString('utf8'), heightMax))
  return { ...held, body, etag: held.etag.replace(/"$/, `-${heightMax}"`) }
}
