/** A failure that a person or a program can meet. */
export type Row = {
  readonly http: number
  readonly graphql: string
  /** Whether the same request can succeed later without being changed. */
  readonly retry: boolean
  readonly say: (details: Details) => string
}
export type Details = Readonly<Record<string, string | number>>

export const row = (http: number, graphql: string, retry: boolean, say: (details: Details) => string): Row => ({
  http,
  graphql,
  retry,
  say,
})
