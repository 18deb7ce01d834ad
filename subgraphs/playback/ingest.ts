import { removedProfiles } from '#platform/contracts/topics/profile.removed.ts'
import type { EventLog } from '#platform/ports/event-log.ts'
import type { GrantStore } from './store.ts'

/** Forgets profiles that were removed. */
export const ingest = (events: EventLog, store: GrantStore): Promise<void> =>
  events.consume({
    topic: removedProfiles,
    group: 'playback',
    handle: (batch) => store.remove(batch.map(({ data }) => data.profileId)),
  })
