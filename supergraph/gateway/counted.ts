import { isCinegraphError } from '#platform/errors/errors.ts'
import type { QuotaHolder, SubscriptionQuota } from '#platform/graphql/limits/subscription-quota.ts'
import { type Answered, refused } from '../engine/answered.ts'

type Open = () => AsyncIterable<Answered>

/** A subscription that counts while it runs; one answer that says why, for whoever has too many. */
export async function* counted(quota: SubscriptionQuota, holder: QuotaHolder, open: Open): AsyncGenerator<Answered> {
  const place = placeIn(quota, holder)
  if ('json' in place) return yield place
  using _ = place
  yield* open()
}

const placeIn = (quota: SubscriptionQuota, holder: QuotaHolder): Disposable | Answered => {
  try {
    return quota.take(holder)
  } catch (error) {
    if (isCinegraphError(error)) return refused(error, (errors) => errors)
    throw error
  }
}
