/** One piece of work, as our adapter and as the bare client does it. */
export type Work = {
  readonly engine: string
  readonly work: string
  readonly ours: () => Promise<unknown>
  readonly bare: () => Promise<unknown>
  /** Calls under way at once. */
  readonly callers: number
}
/** Calls per second, CPU of this process per call in microseconds, and the share of the bare client's calls per second that ours does. */
export type Row = {
  readonly engine: string
  readonly work: string
  readonly ours: number
  readonly bare: number
  readonly ratio: number
  readonly oursCpu: number
  readonly bareCpu: number
}
type Speed = { readonly perSecond: number; readonly cpuUs: number }

const roundMs = 1_000
const rounds = 7

/** In rounds that alternate, so that what else the machine does falls on both. The middle of the rounds counts. */
export const compare = async ({ engine, work, ours, bare, callers }: Work): Promise<Row> => {
  await speedOf(ours, callers)
  await speedOf(bare, callers)
  const found: { ours: Speed[]; bare: Speed[] } = { ours: [], bare: [] }
  for (let round = 0; round < rounds; round += 1) {
    found.bare.push(await speedOf(bare, callers))
    found.ours.push(await speedOf(ours, callers))
  }
  const [mine, its] = [middleOf(found.ours), middleOf(found.bare)]
  return {
    engine,
    work,
    ours: Math.round(mine.perSecond),
    bare: Math.round(its.perSecond),
    ratio: Number((mine.perSecond / its.perSecond).toFixed(2)),
    oursCpu: Number(mine.cpuUs.toFixed(1)),
    bareCpu: Number(its.cpuUs.toFixed(1)),
  }
}

const middleOf = (speeds: readonly Speed[]): Speed => ({
  perSecond: middle(speeds.map(({ perSecond }) => perSecond)),
  cpuUs: middle(speeds.map(({ cpuUs }) => cpuUs)),
})
const middle = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

const speedOf = async (call: () => Promise<unknown>, callers: number): Promise<Speed> => {
  const [since, before] = [performance.now(), process.cpuUsage()]
  let calls = 0
  const caller = async (): Promise<void> => {
    for (; performance.now() - since < roundMs; calls += 1) await call()
  }
  await Promise.all(Array.from({ length: callers }, caller))
  const { user, system } = process.cpuUsage(before)
  return { perSecond: (calls / (performance.now() - since)) * 1_000, cpuUs: (user + system) / calls }
}
