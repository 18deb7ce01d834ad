import type { EntityPath, FetchNode, PlanNode } from './planner.ts'

const pathText = (path: EntityPath): string =>
  path.map((step) => (step.step === 'field' ? step.key : step.step === 'items' ? '@' : `<${step.types.join('|')}>`)).join('.')

/** Whom a fetch is about; undefined for the root. */
const placesText = ({ entities, at }: FetchNode): string | undefined => {
  const paths = entities?.flatMap((entity) => entity.paths) ?? (at === undefined ? [] : [at])
  return paths.length === 0 ? undefined : paths.map(pathText).join(', ')
}

const fetchLines = (node: FetchNode): readonly string[] => {
  const places = placesText(node)
  const contexts = node.entities?.flatMap(({ contexts: taken = [] }) => taken.map(({ variable }) => variable)) ?? []
  const once = contexts.length === 0 ? '' : `, once for each ${[...new Set(contexts)].join(' and ')}`
  return [`Fetch ${node.subgraph}${places === undefined ? '' : ` for ${places}`}${once}`, `  ${node.operation.replace(/\s+/g, ' ')}`]
}

/** A plan as indented text: what is asked of whom, what waits for what. */
export const explainText = (plan: PlanNode | null): string => {
  const lines = (node: PlanNode): readonly string[] => {
    if (node.kind === 'Fetch') return fetchLines(node)
    const inner = node.kind === 'Condition' ? [node.yes, node.no].filter((each) => each !== null) : node.nodes
    return [node.kind, ...inner.flatMap(lines).map((line) => `  ${line}`)]
  }
  return plan === null ? 'No subgraph is asked.' : lines(plan).join('\n')
}

/** The waves of a plan: fetches that can run at the same time, one list after the other. */
export const wavesOf = (plan: PlanNode | null): readonly (readonly FetchNode[])[] => {
  if (plan === null) return []
  if (plan.kind === 'Fetch') return [[plan]]
  if (plan.kind === 'Condition') return [...wavesOf(plan.yes), ...wavesOf(plan.no)]
  const parts = plan.nodes.map(wavesOf)
  if (plan.kind === 'Sequence') return parts.flat()
  const longest = Math.max(0, ...parts.map((part) => part.length))
  return Array.from({ length: longest }, (_, index) => parts.flatMap((part) => part[index] ?? []))
}

const box = { width: 250, height: 62, gapX: 46, gapY: 16, margin: 16 }
const escaped = (text: string): string => text.replace(/[&<>"]/g, (each) => `&#${each.charCodeAt(0)};`)
const short = (text: string, length: number): string => (text.length > length ? `${text.slice(0, length - 1)}…` : text)

/** The same as a picture (SVG): a column for each wave, a box for each fetch. */
export const explainPicture = (plan: PlanNode | null): string => {
  const waves = wavesOf(plan)
  const rows = Math.max(1, ...waves.map((wave) => wave.length))
  const left = (column: number): number => box.margin + column * (box.width + box.gapX)
  const top = (row: number): number => box.margin + row * (box.height + box.gapY)
  const boxes = waves.flatMap((wave, column) => wave.map((node, row) => picture(node, left(column), top(row))))
  const arrows = waves.slice(1).map((_wave, column) => {
    const x = left(column) + box.width
    const y = box.margin + box.height / 2
    return `<path d="M${x + 6} ${y}h${box.gapX - 14}" stroke="#6b7280" stroke-width="2" marker-end="url(#head)"/>`
  })
  const width = left(waves.length) - box.gapX + box.margin
  const head =
    '<defs><marker id="head" orient="auto" markerWidth="6" markerHeight="6" refX="4" refY="3"><path d="M0 0l6 3-6 3z" fill="#6b7280"/></marker></defs>'
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${Math.max(width, 120)}" height="${top(rows)}" font-family="system-ui, sans-serif" role="img"><title>Plan</title>${head}${arrows.join('')}${boxes.join('')}</svg>`
}

const picture = (node: FetchNode, x: number, y: number): string => {
  const where = placesText(node) ?? 'root'
  const asked = node.operation.replace(/\s+/g, ' ')
  return `<g><title>${escaped(asked)}</title><rect x="${x}" y="${y}" width="${box.width}" height="${box.height}" rx="8" fill="#eef2ff" stroke="#4f46e5"/><text x="${x + 12}" y="${y + 20}" font-weight="600" fill="#111827">${escaped(node.subgraph)}</text><text x="${x + 12}" y="${y + 37}" font-size="11" fill="#374151">${escaped(short(where, 42))}</text><text x="${x + 12}" y="${y + 53}" font-size="10" fill="#6b7280">${escaped(short(asked, 46))}</text></g>`
}
