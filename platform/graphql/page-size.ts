import { CinegraphError } from '#platform/errors/errors.ts'

/** How many items an argument asks for. Throws INPUT_INVALID unless that lies from 1 to `max`. */
export const pageSize = (name: string, asked: number, max: number): number => {
  if (Number.isInteger(asked) && asked >= 1 && asked <= max) return asked
  throw new CinegraphError('INPUT_INVALID', { name: `\`${name}\``, why: `lies from 1 to ${max}` })
}

/** A list that an argument gives. Throws INPUT_INVALID when it has more than `max` items. */
export const listWithin = <T>(name: string, given: readonly T[], max: number): readonly T[] => {
  if (given.length <= max) return given
  throw new CinegraphError('INPUT_INVALID', { name: `\`${name}\``, why: `has at most ${max} items` })
}
