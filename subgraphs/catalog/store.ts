import type { JobOf } from '#platform/contracts/job-queue.ts'
import type { cancelled } from '#platform/contracts/jobs/catalog.cancelled.ts'
import type { sources } from '#platform/contracts/jobs/catalog.sources.ts'
import type { EventOf } from '#platform/contracts/topic.ts'
import type { ingestFailed } from '#platform/contracts/topics/ingest.failed.ts'
import type { packaged } from '#platform/contracts/topics/ingest.packaged.ts'
import type { ingestProgress } from '#platform/contracts/topics/ingest.progress.ts'

export type TitleKind = 'FILM' | 'SERIES' | 'EPISODE'
export type Title = {
  readonly id: string
  /** Grows with every change of what is searched. */
  readonly version: number
  readonly kind: TitleKind
  readonly name: string
  readonly synopsis: string
  readonly year: number
  readonly runtimeMinutes: number
  readonly maturity: number
  readonly language: string
  readonly popularity: number
  readonly genres: readonly string[]
  readonly translations: Readonly<Record<string, string>>
  readonly seriesId: string | null
  readonly season: number | null
  readonly episode: number | null
  readonly media: Media
  readonly availability: readonly Availability[]
}
/** A title with all that search looks at. */
export type IndexedTitle = Title & { readonly people: readonly string[] }
export type Media = {
  readonly state: 'NONE' | 'PREPARING' | 'READY' | 'FAILED'
  readonly prefix: string | null
  readonly durationMs: number | null
  readonly heights: readonly number[]
  readonly percent: number | null
}
/** `region` is an ISO 3166-1 country, or `*` for every country without a row of its own. */
export type Availability = { readonly region: string; readonly startsAt: Date; readonly endsAt: Date | null }
export type Season = { readonly number: number; readonly episodes: readonly Title[] }
export type Credit = { readonly role: string; readonly person: { readonly id: string; readonly name: string } }
export type Upload = {
  readonly id: string
  readonly titleId: string
  readonly objectKey: string
  readonly parts: number
  readonly bytes: number
  readonly sha256: string
  readonly step: string
  readonly percent: number
  readonly error: string | null
}
export type NewTitle = Pick<Title, 'id' | 'kind' | 'name' | 'synopsis' | 'year' | 'maturity' | 'genres'>
export type Page = {
  readonly genre: string | undefined
  readonly kind: TitleKind | undefined
  readonly first: number
  readonly after: string | undefined
}
/** Who looks: what is not offered to them, or not for their age, does not count. */
export type Audience = { readonly region: string; readonly maturityLimit: number; readonly at: Date }

export type TitleStore = {
  readonly titles: (ids: readonly string[]) => Promise<readonly Title[]>
  /** Films and series, most wanted first; `first + 1` of them when there is another page. Throws INPUT_INVALID for a foreign cursor. */
  readonly browse: (page: Page, audience: Audience) => Promise<readonly Title[]>
  /** Genres of films and series, by name. */
  readonly genres: (audience: Audience) => Promise<readonly string[]>
  readonly episodesOf: (seriesIds: readonly string[]) => Promise<readonly Title[]>
  readonly creditsOf: (titleIds: readonly string[]) => Promise<readonly (Credit & { readonly titleId: string })[]>
  /** Titles whose name begins with the text; for when the search index is gone. */
  readonly withPrefix: (text: string, limit: number) => Promise<readonly Title[]>
  /** Films and series with all their names and people, for the search index; all of them, or those named. */
  readonly forIndex: (ids?: readonly string[]) => Promise<readonly IndexedTitle[]>
}

export type UploadStore = {
  readonly start: (upload: Pick<Upload, 'id' | 'titleId' | 'objectKey' | 'parts' | 'bytes' | 'sha256'>, title: NewTitle) => Promise<void>
  readonly upload: (id: string) => Promise<Upload | null>
  /** Moves an upload on and saves the job that this causes, both or neither. */
  readonly finish: (id: string, job: JobOf<typeof sources>) => Promise<Upload>
  /** Ends an upload that has not ended, with a reason, and saves the job that cleans up, both or neither. Gives it as it then stands. */
  readonly cancel: (job: JobOf<typeof cancelled>, reason: string) => Promise<Upload>
  readonly progress: (progress: EventOf<typeof ingestProgress>) => Promise<void>
  readonly publish: (stream: EventOf<typeof packaged>) => Promise<void>
  readonly fail: (failed: EventOf<typeof ingestFailed>) => Promise<void>
}
