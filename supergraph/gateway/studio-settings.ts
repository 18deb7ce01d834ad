/** Where Apollo takes reports. */
export const studioDefaults = { url: 'https://usage-reporting.api.apollographql.com', sendEveryMs: 10_000 } as const
export type StudioSettings = { readonly key: string; readonly graphRef: string; readonly url: string; readonly sendEveryMs: number }

/** With a key and the name of a graph; undefined without. */
export const studioFrom = ({
  apolloKey,
  apolloGraphRef,
}: {
  readonly apolloKey: string
  readonly apolloGraphRef: string
}): StudioSettings | undefined =>
  apolloKey === '' || apolloGraphRef === '' ? undefined : { ...studioDefaults, key: apolloKey, graphRef: apolloGraphRef }
