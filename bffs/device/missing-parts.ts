import type { GraphqlError } from '#platform/graphql/execute.ts'

/** The service behind a field of a title's page. */
const serviceOfField: ReadonlyMap<string, string> = new Map([
  ['similar', 'recs'],
  ['resumePoint', 'history'],
  ['inMyList', 'history'],
  ['myThumb', 'history'],
])

/** Which parts of a title's page are missing, from the paths of the errors that came with it. */
export const missingParts = (errors: readonly GraphqlError[]): readonly string[] => [
  ...new Set(
    errors.flatMap(({ path = [], extensions }) =>
      [...path.map((step) => serviceOfField.get(String(step))), extensions?.serviceName].filter((part) => typeof part === 'string'),
    ),
  ),
]
