/** Answers of views that were left, so that the way back shows at once what was there; they are asked for again behind it. */
const keptMax = 40
const kept = new Map<string, unknown>()
let isOnTheWayBack = false

/** Says whether the view that comes was shown before; only then is what was kept of it given. */
export const setOnTheWayBack = (isBack: boolean): void => {
  isOnTheWayBack = isBack
}

export const keep = (key: string, value: unknown): void => {
  kept.delete(key)
  kept.set(key, value)
  const [oldest] = kept.keys()
  if (kept.size > keptMax && oldest !== undefined) kept.delete(oldest)
}

/** NOTE: a key names everything that its value depends on, but for who is watching: all is forgotten when that changes. */
export const keptOf = <T>(key: string): T | null => (isOnTheWayBack ? ((kept.get(key) as T | undefined) ?? null) : null)

export const forgetKept = (): void => kept.clear()
