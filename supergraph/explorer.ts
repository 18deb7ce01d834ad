import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Http } from '#platform/http/server.ts'
import { packageFile } from '#platform/process/package-file.ts'

const assets = {
  'react.js': 'react/umd/react.production.min.js',
  'react-dom.js': 'react-dom/umd/react-dom.production.min.js',
  'graphiql.js': 'graphiql/graphiql.min.js',
  'graphiql.css': 'graphiql/graphiql.min.css',
} as const

/** The packages whose files the page is made of. */
export const assetPackages = ['graphiql', 'react', 'react-dom'] as const

/** GraphiQL's own fetcher wants a package from elsewhere for subscriptions; ours subscribes by server-sent events. */
const fetcher = `const plain = GraphiQL.createFetcher({ url: '/graphql' })
async function* subscribe(asked, headers) {
  const response = await fetch('/graphql', { method: 'POST', headers: { ...headers, 'content-type': 'application/json', accept: 'text/event-stream' }, body: JSON.stringify(asked) })
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
  try {
    for (let text = ''; ; ) {
      const { done, value } = await reader.read()
      if (done) return
      const events = (text + value).split('\\n\\n')
      text = events.pop()
      for (const event of events) {
        const data = event.split('\\n').filter((line) => line.startsWith('data:')).map((line) => line.slice(5)).join('\\n').trim()
        if (data !== '') yield JSON.parse(data)
      }
    }
  } finally { void reader.cancel() }
}
const kindOf = ({ operationName }, document) =>
  document?.definitions.find((node) => node.kind === 'OperationDefinition' && (!operationName || node.name?.value === operationName))?.operation
const fetcher = (asked, options) => kindOf(asked, options?.documentAST) === 'subscription' ? subscribe(asked, options?.headers) : plain(asked, options)`

const start = `ReactDOM.createRoot(document.getElementById('explorer')).render(React.createElement(GraphiQL, {
  fetcher, shouldPersistHeaders: false, defaultEditorToolsVisibility: true,
  defaultQuery: '# The whole graph. Sign in with the signIn mutation and put the token into the Headers pane below.\\n{ topTen { name year genres artwork { poster } } }\\n' }))`

const explain = `document.getElementById('explain').onclick = async () => {
  const query = document.querySelector('.graphiql-query-editor .CodeMirror').CodeMirror.getValue()
  const variables = document.querySelectorAll('.graphiql-editor-tool .CodeMirror')[0]?.CodeMirror.getValue().trim()
  const given = document.querySelectorAll('.graphiql-editor-tool .CodeMirror')[1]?.CodeMirror.getValue().trim()
  const ask = (as) => fetch('/explain?as=' + as, { method: 'POST', headers: { ...(given ? JSON.parse(given) : {}), 'content-type': 'application/json' }, body: JSON.stringify({ query, variables: variables ? JSON.parse(variables) : {} }) })
  const [picture, text] = await Promise.all([ask('svg'), ask('text')])
  document.getElementById('picture').innerHTML = picture.ok ? await picture.text() : ''
  document.getElementById('text').textContent = text.ok ? await text.text() : (await text.json()).error.message
  document.getElementById('plan').showModal()
}`

const page = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Cinegraph Explorer</title><meta name="viewport" content="width=device-width">
<link rel="stylesheet" href="/explorer/graphiql.css"><style>html,body{height:100%;margin:0;font-family:system-ui}body{display:flex;flex-direction:column}#explorer{flex:1;min-height:0}header{padding:.5rem 1rem;background:#111827;color:#fff;display:flex;gap:1rem;align-items:baseline}a{color:#fcd34d}#plan{max-width:95vw}#picture{overflow:auto}#text{white-space:pre-wrap;font-size:12px}</style></head>
<body><header><strong>Cinegraph Explorer</strong><a id="sandbox" href="https://studio.apollographql.com/sandbox/explorer">Open in Apollo Sandbox</a><button id="explain" type="button">Explain the plan</button></header><dialog id="plan"><form method="dialog"><button>Close</button></form><div id="picture"></div><pre id="text"></pre></dialog><div id="explorer"></div>
<script src="/explorer/react.js"></script><script src="/explorer/react-dom.js"></script><script src="/explorer/graphiql.js"></script><script src="/explorer/start.js"></script></body></html>`

const script = `document.getElementById('sandbox').href += '?endpoint=' + encodeURIComponent(location.origin + '/graphql');\n${fetcher}\n${start}\n${explain}`

/** A page to browse the graph with, which works without the internet, at `/explorer`. */
export const serveExplorer = (app: Http): void => {
  // NOTE: GraphiQL styles its editor with style attributes and elements, which a stricter style policy would undo.
  const policy = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; frame-ancestors 'none'"
  app.get('/explorer', async (_request, reply) =>
    reply.type('text/html; charset=utf-8').header('content-security-policy', policy).send(page),
  )
  app.get('/explorer/start.js', async (_request, reply) => reply.type('text/javascript; charset=utf-8').send(script))
  for (const [name, file] of Object.entries(assets)) {
    app.get(`/explorer/${name}`, async (request, reply) => {
      const body = await readFile(packageFile(file))
      const etag = `"${createHash('sha1').update(body).digest('base64url')}"`
      if (request.headers['if-none-match'] === etag) return reply.code(304).send()
      return reply
        .type(name.endsWith('.css') ? 'text/css' : 'text/javascript')
        .header('etag', etag)
        .send(body)
    })
  }
}
