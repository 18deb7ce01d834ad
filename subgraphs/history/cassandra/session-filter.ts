/** Bits per session, and how many of them each sets: 1 in 10,000 looks as if it were there and is not (Bloom, 1970). */
const bitsEach = 20
const probes = 10

/** 32-bit FNV-1a over UTF-16 units. NOTE: filters are stored; it never changes. */
const fnv = (text: string, seed: number): number => {
  let hash = seed
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return hash >>> 0
}

/** A session as filters know it. */
export type SessionHash = readonly [first: number, step: number]
export const sessionHash = (sessionId: string): SessionHash => [fnv(sessionId, 0x811c9dc5), fnv(sessionId, 0x9747b28c) | 1]

const bitAt = ([first, step]: SessionHash, nth: number, size: number): number => ((first + nth * (step >>> 0)) >>> 0) % size

/** Says of a set of sessions whether one may be in it; base64. */
export const filterOf = (sessionIds: readonly string[]): string => {
  const bytes = Buffer.alloc(Math.ceil((sessionIds.length * bitsEach) / 8) + 1)
  for (const hash of sessionIds.map(sessionHash))
    for (let nth = 0; nth < probes; nth += 1) {
      const bit = bitAt(hash, nth, bytes.length * 8)
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) | (1 << (bit & 7))
    }
  return bytes.toString('base64')
}

/** False only when the session is certainly not in the set. */
export const mayHold = (filter: string): ((hash: SessionHash) => boolean) => {
  const bytes = Buffer.from(filter, 'base64')
  return (hash) => {
    for (let nth = 0; nth < probes; nth += 1) {
      const bit = bitAt(hash, nth, bytes.length * 8)
      if (((bytes[bit >> 3] ?? 0) & (1 << (bit & 7))) === 0) return false
    }
    return true
  }
}
