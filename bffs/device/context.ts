import type { Caller, Viewer } from '#platform/contracts/viewer.ts'
import { CinegraphError } from '#platform/errors/errors.ts'
import type { Ask } from '#platform/graphql/operation.ts'

/** What a device's resolver is given. */
export type BffContext = {
  readonly caller: Caller
  readonly ask: Ask
  /** Where members find the page. */
  readonly pageUrl: () => string
}
/** A caller who is signed in. */
export type Watcher = { readonly viewer: Viewer; readonly region: string; readonly deviceId: string; readonly ask: Ask }

/** Throws UNAUTHENTICATED unless somebody is signed in. */
export const signedIn = ({ caller: { viewer, region, deviceId }, ask }: BffContext): Watcher => {
  if (viewer === null) throw new CinegraphError('UNAUTHENTICATED')
  return { viewer, region, deviceId, ask }
}
