import { createHash } from 'node:crypto'

const weight = (edge: string, prefix: string): string => createHash('sha1').update(`${edge} ${prefix}`).digest('hex')

/**
 * Edges for a stream, best first, by rendezvous hashing (Thaler and Ravishankar, 1998): every title has the same order
 * of edges for everyone, so each edge keeps its own share hot, and losing an edge moves only that edge's titles.
 */
export const rankEdges = (edges: readonly string[], prefix: string): readonly string[] =>
  edges
    .map((edge) => ({ edge, at: weight(edge, prefix) }))
    .toSorted((a, b) => (a.at < b.at ? 1 : -1))
    .map(({ edge }) => edge)
