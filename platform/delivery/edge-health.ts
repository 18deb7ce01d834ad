import { collapse } from '#platform/resilience/collapse.ts'

/** Orders edges: those that answer first, each part in the order in which they were given. */
export type OrderEdges = (edges: readonly string[], options: { readonly waitMs: number }) => Promise<readonly string[]>

type Known = { readonly answers: boolean; readonly atMs: number }

/** An edge that gives no answer for so long is taken for dead; a process that was stopped still takes connections. */
const askMs = 800
/** What is known of an edge is asked anew after that. */
const keepMs = 1_500

const answers = async (edge: string): Promise<boolean> => {
  try {
    const response = await fetch(new URL('/health/live', edge), { method: 'HEAD', signal: AbortSignal.timeout(askMs) })
    return response.ok
  } catch {
    return false
  }
}

/**
 * Asks edges whether they live, when somebody wants to know and at most every 1.5 s. A caller waits `waitMs` at most for
 * what is not known, and takes an edge of which nothing is known for one that lives.
 */
export const createEdgeHealth = (ask: (edge: string) => Promise<boolean> = answers, now: () => number = Date.now): OrderEdges => {
  const known = new Map<string, Known>()
  const once = collapse<void>()
  const renew = (edge: string): Promise<void> => once(edge, async () => void known.set(edge, { answers: await ask(edge), atMs: now() }))
  const isDue = (edge: string): boolean => now() - (known.get(edge)?.atMs ?? Number.NEGATIVE_INFINITY) >= keepMs
  return async (edges, { waitMs }) => {
    const asked = edges.filter(isDue).map(renew)
    if (asked.length > 0) await within(waitMs, Promise.all(asked))
    const isDead = (edge: string): boolean => known.get(edge)?.answers === false
    return [...edges.filter((edge) => !isDead(edge)), ...edges.filter(isDead)]
  }
}

const within = async (ms: number, work: Promise<unknown>): Promise<void> => {
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, ms)
  await Promise.race([work, promise])
  clearTimeout(timer)
}
