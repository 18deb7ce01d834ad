import type { Ask } from '#platform/graphql/operation.ts'

/** What a request was told of tries that came too often. */
export type Tries = { retryAfterSeconds?: number }

/** How long to wait, when a field of an answer is a refusal of something that was tried too often. */
const waitIn = (field: unknown): number => {
  if (typeof field !== 'object' || field === null || !('code' in field) || field.code !== 'TOO_MANY_TRIES') return 0
  return 'retryAfterSeconds' in field && typeof field.retryAfterSeconds === 'number' ? field.retryAfterSeconds : 0
}

/** Asks, and notes what came too often, so that the whole answer can say so whatever the client has selected. */
export const notingTries =
  (ask: Ask, tries: Tries): Ask =>
  async (operation, variables) => {
    const answer = await ask(operation, variables)
    const wait = Math.max(0, ...Object.values(answer.data ?? {}).map(waitIn))
    if (wait > 0) tries.retryAfterSeconds = Math.max(wait, tries.retryAfterSeconds ?? 0)
    return answer
  }
