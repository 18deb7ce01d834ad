import { z } from 'zod'
import { Id } from '#platform/contracts/fields.ts'
import { CinegraphError } from '#platform/errors/errors.ts'
import type { Title } from './store.ts'

const Cursor = z.tuple([z.number(), Id])

/** Where a page ended: the sort key of its last title. */
export const cursorOf = ({ popularity, id }: Pick<Title, 'popularity' | 'id'>): string =>
  Buffer.from(JSON.stringify([popularity, id])).toString('base64url')

/** Throws INPUT_INVALID for what `cursorOf` did not make. */
export const decodeCursor = (cursor: string): Pick<Title, 'popularity' | 'id'> => {
  try {
    const [popularity, id] = Cursor.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')))
    return { popularity, id }
  } catch {
    throw new CinegraphError('INPUT_INVALID', { name: '`after`', why: 'is not a cursor of this list' })
  }
}
