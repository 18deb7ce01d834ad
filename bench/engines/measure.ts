/** One piece of work, as our adapter and as the bare client does it. */
export type Work = {
  readonly engine: string
  readonly work: string
  readonly ours: () => Promise<unknown>
  readonly bare: () => Promise<unknown>
  /** Calls under way at once. */
  readonly callers: number
}
export type Row = { readonly engine: string; readonly work: string; readonly ours: number; readonly bare: number; readonly ratio: number }

const roundMs = 1_000
const rounds = 5

/** Calls per second, in rounds that alternate, so that what else the machine does falls on both. The middle of the rounds counts. */
export const compare = async ({ engine, work, ours, bare, callers }: Work): Promise<Row> => {
  await perSecond(ours, callers)
  await perSecond(bare, callers)
  const found: { ours: number[]; bare: number[] } = { ours: [], bare: [] }
  for (let round = 0; round < rounds; round += 1) {
    found.bare.push(await perSecond(bare, callers))
    found.ours.push(await perSecond(ours, callers))
  }
  const [mine, its] = [middle(found.ours), middle(found.bare)]
  return { engine, work, ours: Math.round(mine), bare: Math.round(its), ratio: Number((mine / its).toFixed(2)) }
}

const middle = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

const perSecond = async (call: () => Promise<unknown>, callers: number): Promise<number> => {
  const since = performance.now()
  let calls = 0
  const caller = async (): Promise<void> => {
    for (; performance.now() - since < roundMs; calls += 1) await call()
  }
  await Promise.all(Array.from({ length: callers }, caller))
  return (calls / (performance.now() - since)) * 1_000
}
