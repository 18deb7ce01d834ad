/** What is searched of a title, and what it can be filtered by. Texts may be in any language and script. */
export type SearchDocument = {
  readonly id: string
  /** Grows with every change of the title. A document never takes the place of one with a higher version. */
  readonly version: number
  readonly names: readonly string[]
  readonly people: readonly string[]
  readonly genres: readonly string[]
  readonly kind: string
  /** Age from which it may be seen, in years. */
  readonly maturity: number
  /** BCP 47, of the original. */
  readonly language: string
  /** ISO 3166-1 countries in which it is offered; `*` stands for all that `notRegions` does not name. */
  readonly regions: readonly string[]
  readonly notRegions: readonly string[]
  /** 0 to 1; lifts what many want among equal matches. */
  readonly popularity: number
}

/** What is given must hold; what is absent does not matter. */
export type SearchFilters = {
  readonly region?: string | undefined
  readonly maturityMax?: number | undefined
  readonly kinds?: readonly string[] | undefined
  readonly language?: string | undefined
  readonly genre?: string | undefined
}
export type SearchQuery = {
  readonly text: string
  readonly first: number
  /** `next` of the page before; begins with the best when it is absent. */
  readonly after?: string | undefined
  readonly filters?: SearchFilters | undefined
}
export type SearchPage = {
  /** Best first. */
  readonly ids: readonly string[]
  /** Null on the last page. */
  readonly next: string | null
  /** How many of all that is found are of each kind and genre. */
  readonly facets: { readonly kinds: Counts; readonly genres: Counts }
  /** A name that is probably meant, when what was typed is in none as it was typed. */
  readonly didYouMean: string | null
}
export type Counts = Readonly<Record<string, number>>

export type SearchIndex = {
  /** Adds documents, or puts them in the place of older versions of themselves; an equal or older version changes nothing. */
  readonly put: (documents: readonly SearchDocument[]) => Promise<void>
  /** Removes a document up to a version; one that is put later with this version or an older one stays out. */
  readonly remove: (id: string, version: number) => Promise<void>
  /** Forgives typing errors and unfinished words. Throws INPUT_INVALID for an `after` that it did not give. */
  readonly search: (query: SearchQuery) => Promise<SearchPage>
  /** Names that may be meant by a beginning, most wanted first, at most `limit`, of what passes the filters. */
  readonly suggest: (text: string, limit: number, filters?: SearchFilters) => Promise<readonly string[]>
  /**
   * Makes an index of these documents and of what is put meanwhile, beside the one that is searched, and then takes that one's place:
   * searches find all of the old one or all of the new one. When the documents cannot be read, the old one stays.
   */
  readonly rebuild: (documents: AsyncIterable<readonly SearchDocument[]>) => Promise<void>
}
