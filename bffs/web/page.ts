import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { join } from 'node:path'
import { compressAhead } from '#platform/http/compress.ts'
import type { Http } from '#platform/http/server.ts'
import { packageFile } from '#platform/process/package-file.ts'

/** What the page has to find. */
export type PageLinks = {
  readonly web: string
  readonly tv: string
  readonly mobile: string
  readonly edges: readonly string[]
  readonly demo?: { readonly email: string; readonly password: string }
}

/** NOTE: more is known where these come from; addresses for operators are not for those who open the page. */
const pageLinks = ({ web, tv, mobile, edges, demo }: PageLinks): PageLinks => ({ web, tv, mobile, edges, ...(demo ? { demo } : {}) })

const home = join(import.meta.dirname, 'page')
/** NOTE: the light build of hls.js has no alternate audio: films would play, silently. */
const libraries = {
  preact: 'preact/dist/preact.mjs',
  'preact/hooks': 'preact/hooks/dist/hooks.mjs',
  htm: 'htm/dist/htm.module.js',
  '@preact/signals': '@preact/signals/dist/signals.module.js',
  '@preact/signals-core': '@preact/signals-core/dist/signals-core.module.js',
  'hls.js': 'hls.js/dist/hls.min.mjs',
} as const

const importMap = JSON.stringify({ imports: Object.fromEntries(Object.keys(libraries).map((name) => [name, `/lib/${name}.js`])) })
const importMapHash = createHash('sha256').update(importMap).digest('base64')

const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Cinegraph</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="description" content="Films and series, on every screen you own.">
<link rel="icon" href="/page/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/page/style.css">
<script type="importmap">${importMap}</script>
<script type="module" src="/page/main.ts"></script>
</head>
<body><div id="app"></div><noscript>Cinegraph needs JavaScript to play films.</noscript></body>
</html>
`

/** Only this page's own scripts run; only its own services are asked; nobody may frame it. */
const policyFor = ({ tv, mobile, edges }: PageLinks): string =>
  [
    "default-src 'none'",
    `script-src 'self' 'sha256-${importMapHash}'`,
    "style-src 'self'",
    `img-src 'self' data: ${edges.join(' ')}`,
    // NOTE: hls.js makes its text tracks of an empty file at a `data:` address; media of one is shown, and never run.
    `media-src blob: data: ${edges.join(' ')}`,
    `connect-src 'self' ${[tv, mobile, ...edges].join(' ')}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')

const typeOf = (name: string): string =>
  name.endsWith('.css') ? 'text/css; charset=utf-8' : name.endsWith('.svg') ? 'image/svg+xml' : 'text/javascript; charset=utf-8'

type File = { readonly body: Buffer; readonly etag: string }
const fileOf = (text: string): File => ({ body: Buffer.from(text), etag: `"${createHash('sha1').update(text).digest('base64url')}"` })

/** The page's own files, with TypeScript's types taken off: what the browser runs is what is written here. */
const ownFiles = (): ReadonlyMap<string, File> => {
  const names = readdirSync(home, { recursive: true, encoding: 'utf8' }).filter((name) => /\.(ts|css|svg)$/.test(name))
  return new Map(names.map((name) => [name, fileOf(readOne(name))]))
}

const readOne = (name: string): string => {
  const source = readFileSync(join(home, name), 'utf8')
  return name.endsWith('.ts') ? stripTypeScriptTypes(source) : source
}

const libraryFiles = (): ReadonlyMap<string, File> => {
  const read = (file: string): string => readFileSync(packageFile(file), 'utf8').replace(/\n?\/\/# sourceMappingURL=.*$/m, '')
  return new Map(Object.entries(libraries).map(([name, file]) => [`${name}.js`, fileOf(read(file))]))
}

/** Serves the page that plays. */
export const servePage = (app: Http, links: () => PageLinks): void => {
  const places = { '/page/': ownFiles(), '/lib/': libraryFiles() }
  app.addHook('onReady', async () => {
    for (const files of Object.values(places)) for (const { body } of files.values()) await compressAhead(body)
  })
  app.get('/', async (_request, reply) =>
    reply
      .type('text/html; charset=utf-8')
      .header('content-security-policy', policyFor(links()))
      .header('referrer-policy', 'no-referrer')
      .header('x-content-type-options', 'nosniff')
      .send(html),
  )
  app.get('/config.json', async () => pageLinks(links()))
  for (const [prefix, files] of Object.entries(places)) {
    app.get<{ Params: { '*': string } }>(`${prefix}*`, async (request, reply) => {
      const file = files.get(request.params['*'])
      if (file === undefined) return reply.code(404).send({ error: { code: 'NOT_FOUND', message: 'There is no such file.' } })
      reply.header('etag', file.etag).header('cache-control', 'no-cache').header('x-content-type-options', 'nosniff')
      if (request.headers['if-none-match']?.replace('W/', '') === file.etag) return reply.code(304).send()
      return reply.type(typeOf(request.params['*'])).send(file.body)
    })
  }
}
