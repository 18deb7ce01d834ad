/** Where the page's services are; written by the server that serves it. */
export type Config = {
  readonly web: string
  readonly tv: string
  readonly mobile: string
  readonly edges: readonly string[]
  readonly demo?: { readonly email: string; readonly password: string }
}

export const config: Config = await (await fetch('/config.json')).json()

const [firstEdge = ''] = config.edges

/** The address of a picture, at the edge that comes first. */
export const picture = (path: string): string => `${firstEdge}${path}`
