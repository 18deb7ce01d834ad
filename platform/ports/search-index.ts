/** What is searched of a title. Texts may be in any language and script. */
export type SearchDocument = {
  readonly id: string
  readonly names: readonly string[]
  readonly people: readonly string[]
  readonly genres: readonly string[]
  /** 0 to 1; lifts what many want among equal matches. */
  readonly popularity: number
}

export type SearchIndex = {
  readonly add: (documents: readonly SearchDocument[]) => Promise<void>
  readonly remove: (id: string) => Promise<void>
  /** Ids, best first, at most `limit`; forgives typing errors and unfinished words. */
  readonly search: (text: string, limit: number) => Promise<readonly string[]>
}
