import { z } from 'zod'
import { Id } from '../fields.ts'
import { defineTopic } from '../topic.ts'

/** What others may know of a title: enough to rank and to index it. */
export const TitleChanged = z.object({
  titleId: Id,
  kind: z.enum(['FILM', 'SERIES', 'EPISODE']),
  genres: z.array(z.string()),
  year: z.number().int(),
  maturity: z.number().int(),
  people: z.array(z.string()),
  /** Relative demand before anyone has watched, 0 to 1. */
  popularity: z.number().min(0).max(1),
  playable: z.boolean(),
})
export type TitleChanged = Readonly<z.infer<typeof TitleChanged>>

export const titles = defineTopic({
  name: 'catalog.titles',
  version: 1,
  schema: TitleChanged,
  key: ({ titleId }) => titleId,
  groups: { recs: 'earliest' },
  live: true,
})
