type Bar = { readonly name: string; readonly value: number }

/** Horizontal bars as SVG, the shortest first: CPU time of an operation, so shorter is better. */
export const bars = (title: string, rows: readonly Bar[]): string => {
  const sorted = rows.toSorted((a, b) => a.value - b.value)
  const most = Math.max(...sorted.map(({ value }) => value))
  const lines = sorted.map(({ name, value }, index) => {
    const y = 44 + index * 30
    const width = Math.max(2, (value / most) * 420)
    const fill = name === 'cinegraph' ? '#4f46e5' : '#9ca3af'
    return `<text x="10" y="${y + 15}">${name}</text><rect x="150" y="${y}" width="${width.toFixed(1)}" height="20" rx="3" fill="${fill}"/><text x="${(158 + width).toFixed(1)}" y="${y + 15}">${value.toFixed(2)}</text>`
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" width="640" height="${56 + sorted.length * 30}" font-family="system-ui, sans-serif" font-size="13" role="img"><title>${title}</title><rect width="100%" height="100%" fill="#fff"/><text x="10" y="24" font-weight="600">${title}</text>${lines.join('')}</svg>\n`
}
