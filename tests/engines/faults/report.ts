import type { Report } from './run.ts'

const seconds = (ms: number): string => (Number.isNaN(ms) ? 'never' : `${(ms / 1_000).toFixed(1)} s`)

/** The report as a table of Markdown. */
export const asTable = (report: Report): string => {
  const counted = (count: number | null): string => (count === null ? '–' : String(count))
  const rows = [
    ['acknowledged', report.acknowledged],
    ['of these lost', counted(report.lost)],
    ['there twice', counted(report.twice)],
    ['delivered again, without effect', counted(report.again)],
    ['refused', report.refused],
    ...(report.unanswered === 0 ? [] : [['without an answer', report.unanswered]]),
    ['served from fallback', counted(report.fallback)],
    ['longest wait of a caller', seconds(report.longestMs)],
    ...report.faults.map(({ name, recoveredAfterMs }) => [`recovered after: ${name}`, seconds(recoveredAfterMs)]),
    ...report.failures.map((failure) => ['FAILED', failure]),
  ]
  return `| ${report.engine} under faults | |\n| --- | --- |\n${rows.map(([what, value]) => `| ${what} | ${value} |`).join('\n')}\n`
}

const [width, height, left, base] = [720, 220, 46, 178]
const bucketMs = 500
const mostOf = (values: readonly number[]): number => values.reduce((most, value) => Math.max(most, value), 1)

/** Acknowledged writes per second over time, and when which fault was there, as SVG. */
export const asPicture = ({ engine, written, faults }: Report): string => {
  const endMs = mostOf(written.map(({ untilMs }) => untilMs))
  const counts = Array.from({ length: Math.ceil(endMs / bucketMs) + 1 }, () => 0)
  for (const { untilMs, isAcknowledged } of written)
    if (isAcknowledged) counts[Math.floor(untilMs / bucketMs)] = (counts[Math.floor(untilMs / bucketMs)] ?? 0) + 1
  const most = mostOf(counts)
  const x = (ms: number): string => (left + (ms / endMs) * (width - left - 10)).toFixed(1)
  const y = (count: number): string => (base - (count / most) * 120).toFixed(1)
  const line = counts.map((count, at) => `${x(Math.min(endMs, at * bucketMs))},${y(count)}`).join(' ')
  const bands = faults.map(
    ({ name, sinceMs, untilMs }, at) =>
      `<rect x="${x(sinceMs)}" y="52" width="${(Number(x(untilMs)) - Number(x(sinceMs))).toFixed(1)}" height="${base - 52}" fill="#fecaca"/><text x="${x(sinceMs)}" y="${at % 2 === 0 ? 36 : 48}">${name}</text>`,
  )
  const perSecond = Math.round((most * 1_000) / bucketMs)
  const axis = `<path d="M${left} 52V${base}H${width - 10}" fill="none" stroke="#6b7280"/><text x="4" y="64">${perSecond}/s</text><text x="${left}" y="${base + 18}">0 s</text><text x="${width - 60}" y="${base + 18}">${seconds(endMs)}</text>`
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="system-ui, sans-serif" font-size="11" role="img"><title>${engine}: acknowledged writes per second under faults</title><rect width="100%" height="100%" fill="#fff"/><text x="10" y="18" font-size="13" font-weight="600">${engine}: acknowledged writes per second</text>${bands.join('')}${axis}<polyline points="${line}" fill="none" stroke="#4f46e5" stroke-width="1.5"/></svg>\n`
}
