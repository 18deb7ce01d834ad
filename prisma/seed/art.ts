import { escapeMarkup } from '#platform/text/escape-markup.ts'
import { integerBetween, type Random, seededRandom } from './random.ts'
import type { SeedTitle } from './titles.ts'

type Frame = { readonly width: number; readonly height: number; readonly lettered: boolean }
type Palette = {
  readonly sky: string
  readonly glow: string
  readonly far: string
  readonly near: string
  readonly ink: string
  readonly light: string
}

const frames = {
  poster: { width: 400, height: 600, lettered: true },
  landscape: { width: 640, height: 360, lettered: true },
  hero: { width: 1600, height: 700, lettered: false },
} as const
export type Variant = keyof typeof frames
export const variants = Object.keys(frames) as readonly Variant[]

const hsl = (hue: number, saturation: number, lightness: number): string => `hsl(${((hue % 360) + 360) % 360} ${saturation}% ${lightness}%)`

const paletteOf = (hue: number): Palette => ({
  sky: hsl(hue, 55, 16),
  glow: hsl(hue + 28, 80, 56),
  far: hsl(hue + 8, 45, 30),
  near: hsl(hue - 12, 50, 12),
  ink: hsl(hue, 60, 7),
  light: hsl(hue + 40, 95, 78),
})

type Scene = (random: Random, frame: Frame, palette: Palette) => string

const ridge = (random: Random, { width, height }: Frame, { base, rough, fill }: { base: number; rough: number; fill: string }): string => {
  const steps = 9
  const points = Array.from(
    { length: steps + 1 },
    (_, at) => `${Math.round((width * at) / steps)},${Math.round(height * (base - rough * random()))}`,
  )
  return `<polygon points="0,${height} ${points.join(' ')} ${width},${height}" fill="${fill}"/>`
}

const hills: Scene = (random, frame, { glow, far, near, ink }) => {
  const [x, y, r] = [
    frame.width * (0.25 + 0.5 * random()),
    frame.height * 0.38,
    Math.min(frame.width, frame.height) * (0.14 + 0.12 * random()),
  ]
  const sun = `<circle cx="${x.toFixed(0)}" cy="${y.toFixed(0)}" r="${r.toFixed(0)}" fill="${glow}"/>`
  return (
    sun +
    ridge(random, frame, { base: 0.62, rough: 0.2, fill: far }) +
    ridge(random, frame, { base: 0.76, rough: 0.14, fill: near }) +
    ridge(random, frame, { base: 0.9, rough: 0.08, fill: ink })
  )
}

const city: Scene = (random, { width, height }, { glow, near, light, far }) => {
  const towers = Array.from({ length: 16 }, (_, at) => {
    const [w, h] = [width / 14, height * (0.2 + 0.5 * random())]
    const x = (width * at) / 16
    const windows = Array.from(
      { length: 6 },
      () =>
        `<rect x="${(x + w * random() * 0.8).toFixed(0)}" y="${(height - h * random() * 0.9).toFixed(0)}" width="${(w / 9).toFixed(1)}" height="${(w / 6).toFixed(1)}" fill="${light}" opacity=".8"/>`,
    )
    return `<rect x="${x.toFixed(0)}" y="${(height - h).toFixed(0)}" width="${w.toFixed(0)}" height="${h.toFixed(0)}" fill="${at % 3 === 0 ? far : near}"/>${windows.join('')}`
  })
  return `<rect width="${width}" height="${height * 0.75}" y="${height * 0.25}" fill="${glow}" opacity=".22"/>${towers.join('')}`
}

const stars: Scene = (random, { width, height }, { glow, light, near }) => {
  const field = Array.from(
    { length: 60 },
    () =>
      `<circle cx="${(width * random()).toFixed(0)}" cy="${(height * random()).toFixed(0)}" r="${(0.6 + 1.8 * random()).toFixed(1)}" fill="${light}" opacity="${(0.3 + 0.7 * random()).toFixed(2)}"/>`,
  )
  const [x, y, r] = [width * (0.3 + 0.4 * random()), height * 0.45, Math.min(width, height) * 0.28]
  const ring = `<ellipse cx="${x.toFixed(0)}" cy="${y.toFixed(0)}" rx="${(r * 1.7).toFixed(0)}" ry="${(r * 0.34).toFixed(0)}" fill="none" stroke="${light}" stroke-width="${(r / 14).toFixed(1)}" opacity=".7" transform="rotate(-18 ${x.toFixed(0)} ${y.toFixed(0)})"/>`
  return `${field.join('')}<circle cx="${x.toFixed(0)}" cy="${y.toFixed(0)}" r="${r.toFixed(0)}" fill="${glow}"/><circle cx="${(x + r * 0.35).toFixed(0)}" cy="${(y + r * 0.2).toFixed(0)}" r="${r.toFixed(0)}" fill="${near}" opacity=".55"/>${ring}`
}

const rays: Scene = (random, { width, height }, { glow, far, near }) => {
  const [x, y, turn] = [width * (0.2 + 0.6 * random()), height * (0.3 + 0.3 * random()), integerBetween(random, 0, 20)]
  const beams = Array.from(
    { length: 12 },
    (_, at) =>
      `<polygon points="${x},${y} ${x + 2400},${y - 150} ${x + 2400},${y + 150}" fill="${at % 2 ? far : glow}" opacity="${at % 2 ? '.5' : '.35'}" transform="rotate(${at * 30 + turn} ${x} ${y})"/>`,
  )
  return `${beams.join('')}<circle cx="${x}" cy="${y}" r="${Math.min(width, height) * 0.17}" fill="${near}"/>`
}

const waves: Scene = (random, { width, height }, { glow, far, near, light }) => {
  const moon = `<circle cx="${(width * (0.3 + 0.4 * random())).toFixed(0)}" cy="${(height * 0.3).toFixed(0)}" r="${(Math.min(width, height) * 0.12).toFixed(0)}" fill="${light}"/>`
  const bands = Array.from({ length: 6 }, (_, at) => {
    const [y, swing] = [height * (0.48 + at * 0.09), height * 0.035 * (1 + random())]
    return `<path d="M0 ${y.toFixed(0)} Q ${width / 4} ${(y - swing).toFixed(0)} ${width / 2} ${y.toFixed(0)} T ${width} ${y.toFixed(0)} V ${height} H 0 Z" fill="${[glow, far, near][at % 3]}" opacity="${(0.9 - at * 0.06).toFixed(2)}"/>`
  })
  return moon + bands.join('')
}

const scenes = [hills, city, stars, rays, waves] as const
const wrap = (name: string, lineMax: number): readonly string[] => {
  const lines: string[] = []
  for (const word of name.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && `${last} ${word}`.length <= lineMax) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}

const lettering = ({ name, year }: SeedTitle, { width, height }: Frame, { light }: Palette): string => {
  const size = Math.round(width / (width > height ? 13 : 8.5))
  const lines = wrap(name.toUpperCase(), width > height ? 16 : 11)
  const top = height - size * (lines.length + 0.55)
  const spans = lines.map((line, at) => `<tspan x="${width * 0.07}" y="${top + size * (at + 0.6)}">${escapeMarkup(line)}</tspan>`)
  const foot = `<text x="${width * 0.07}" y="${height - size * 0.35}" font-size="${Math.round(size / 2.6)}" fill="${light}" opacity=".85" letter-spacing="3">${year}</text>`
  return `<rect y="${height * 0.45}" width="${width}" height="${height * 0.55}" fill="url(#fade)"/><g font-family="'Inter','Open Sans','Helvetica Neue',Arial,sans-serif" font-weight="800"><text font-size="${size}" fill="#fff" letter-spacing="1">${spans.join('')}</text>${foot}</g>`
}

/** The picture of a title in one shape, as SVG; the same on every machine. */
export const drawArt = (title: SeedTitle, variant: Variant): string => {
  const frame = frames[variant]
  const palette = paletteOf(title.hue)
  const random = seededRandom(title.hue * 7919 + title.year)
  const scene = scenes[integerBetween(random, 0, scenes.length - 1)] ?? hills
  const defs = `<defs><linearGradient id="sky" x2="0" y2="1"><stop stop-color="${palette.sky}"/><stop offset="1" stop-color="${palette.far}"/></linearGradient><linearGradient id="fade" x2="0" y2="1"><stop stop-color="${palette.ink}" stop-opacity="0"/><stop offset="1" stop-color="${palette.ink}" stop-opacity=".92"/></linearGradient></defs>`
  const letters = frame.lettered ? lettering(title, frame, palette) : ''
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${frame.width} ${frame.height}">${defs}<rect width="${frame.width}" height="${frame.height}" fill="url(#sky)"/>${scene(random, frame, palette)}${letters}</svg>`
}
