import type { PlanNode } from './planner.ts'

const heapShare = 4
const compiledBytes = 2_000

/** What a plan holds in memory with its compiled form, estimated over the length of its JSON text. */
export const planBytes = (plan: PlanNode | null): number => (plan === null ? 0 : compiledBytes + heapShare * JSON.stringify(plan).length)
