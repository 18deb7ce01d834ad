/** Where the same stream is: one edge, by the name that players are told, and the folder of the stream there. */
export type Pathway = { readonly id: string; readonly folder: string }

/** The name of an edge as PATHWAY-ID and `serviceLocation` take it: letters, digits, `.`, `-` and `_`. */
export const pathwayId = (edge: string): string => new URL(edge).host.replace(/[^a-zA-Z0-9.]/g, '-')

/** NOTE: only variants have a PATHWAY-ID; a rendition belongs to the pathway of the variant that names its group. */
const variant = /^#EXT-X-(I-FRAME-)?STREAM-INF:/

/**
 * The multivariant playlist with every variant once for each pathway, and where steering is asked
 * (draft-pantos-hls-rfc8216bis, sections 4.4.6.6 and 7.1). Groups of renditions are named after their pathway.
 */
export const withHlsPathways = (playlist: string, pathways: readonly Pathway[], steering: string): string => {
  const lines = playlist.trimEnd().split('\n')
  const first = lines.findIndex((line) => /^#EXT-X-(MEDIA|STREAM-INF|I-FRAME)/.test(line))
  const [head, body] = [lines.slice(0, first), lines.slice(first)]
  const tag = `#EXT-X-CONTENT-STEERING:SERVER-URI="${steering}",PATHWAY-ID="${pathways[0]?.id}"`
  return [...head, tag, ...pathways.flatMap((pathway, at) => body.map(onPathway(pathway, at === 0))), ''].join('\n')
}

const onPathway =
  ({ id, folder }: Pathway, isFirst: boolean) =>
  (line: string): string => {
    if (!line.startsWith('#')) return new URL(line, folder).href
    const named = isFirst ? line : line.replaceAll(/\b(GROUP-ID|AUDIO|SUBTITLES)="([^"]*)"/g, `$1="$2_${id}"`)
    const placed = named.replace(/\bURI="([^"]*)"/, (_, uri: string) => `URI="${new URL(uri, folder).href}"`)
    return variant.test(line) ? `${placed},PATHWAY-ID="${id}"` : placed
  }

/** The manifest with a BaseURL for each pathway, and where steering is asked (ETSI TS 103 998, section 5). */
export const withDashPathways = (manifest: string, pathways: readonly Pathway[], steering: string): string => {
  const bases = pathways.map(({ id, folder }) => `  <BaseURL serviceLocation="${id}">${folder}</BaseURL>\n`).join('')
  const element = `  <ContentSteering defaultServiceLocation="${pathways[0]?.id}" queryBeforeStart="false">${steering}</ContentSteering>\n`
  return manifest.replace(/^ *<Period/m, (period) => `${bases}${element}${period}`)
}
