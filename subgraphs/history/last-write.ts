import type { ResumePoint, Viewing } from './store.ts'

/** Credits are rolling: who stops here, or behind, has seen the title. A share in hundredths, so that stores can count in whole numbers. */
export const endedPercent = 95

export const hasEnded = ({ positionMs, durationMs }: Pick<ResumePoint, 'positionMs' | 'durationMs'>): boolean =>
  positionMs * 100 >= durationMs * endedPercent

/** What makes a sitting one within a profile. NOTE: no id holds NUL, so that keys stand in the order of session ids, then of title ids. */
export const sittingKey = ({ sessionId, titleId }: Pick<Viewing, 'sessionId' | 'titleId'>): string => `${sessionId}\0${titleId}`

/** Which of two points of one title stands: the later by the device's clock, and on a tie the higher device id. */
export const later = (a: ResumePoint, b: ResumePoint): ResumePoint => {
  if (a.at.getTime() !== b.at.getTime()) return a.at > b.at ? a : b
  return a.deviceId >= b.deviceId ? a : b
}

/** One sitting that holds both; of two reports at one instant the higher position stands. */
export const widen = (a: Viewing, b: Viewing): Viewing => {
  const order = a.lastAt.getTime() - b.lastAt.getTime() || a.positionMs - b.positionMs
  const last = order >= 0 ? a : b
  return { ...last, startedAt: a.startedAt <= b.startedAt ? a.startedAt : b.startedAt }
}

/** At most one value per key, those of the same key merged. */
export const mergeBy = <T>(values: readonly T[], keyOf: (value: T) => string, merge: (a: T, b: T) => T): readonly T[] => {
  const merged = new Map<string, T>()
  for (const value of values) {
    const key = keyOf(value)
    const present = merged.get(key)
    merged.set(key, present === undefined ? value : merge(present, value))
  }
  return [...merged.values()]
}
