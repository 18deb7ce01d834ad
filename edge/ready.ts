import { callerHeaders } from '#platform/contracts/viewer.ts'

export type EdgeNeeds = { readonly originUrl: string; readonly serviceKey: string; readonly streamKey: string }

const timeoutMs = 1_500

/** Whether an edge can serve: it has a key to check tokens with, and its origin answers and takes its service key. */
export const edgeReadiness =
  ({ originUrl, serviceKey, streamKey }: EdgeNeeds) =>
  async (): Promise<boolean> =>
    /^[0-9a-f]{64}$/.test(streamKey) && (await fillsFrom(originUrl, serviceKey))

/** NOTE: there is no such object. An origin that answers 404 would have given it; one that does not know the key says 403. */
const fillsFrom = async (originUrl: string, serviceKey: string): Promise<boolean> => {
  const options = { method: 'HEAD', headers: { [callerHeaders.service]: serviceKey }, signal: AbortSignal.timeout(timeoutMs) }
  const { ok, status } = await fetch(new URL('/objects/art/readiness', originUrl), options)
  return ok || status === 404
}
