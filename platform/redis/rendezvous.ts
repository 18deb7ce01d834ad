/** A 32-bit hash of a text: FNV-1a, then the finalizer of MurmurHash3 so that all bits of it depend on all signs. */
export const hash32 = (text: string): number => {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return mix(hash)
}

const mix = (value: number): number => {
  let hash = value
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

/**
 * Chooses members for keys by rendezvous hashing (Thaler and Ravishankar, 1998): when a member goes, only its own keys move. Gives
 * places in `names`, the most preferred first.
 */
export const rendezvous = (names: readonly string[]): ((key: string) => readonly number[]) => {
  const seeds = names.map(hash32)
  const only = [0]
  if (seeds.length === 1) return () => only
  return (key) => {
    const hash = hash32(key)
    return seeds
      .map((seed, at) => ({ at, weight: mix(hash ^ seed) }))
      .sort((a, b) => b.weight - a.weight)
      .map(({ at }) => at)
  }
}
