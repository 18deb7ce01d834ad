import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { GraphQLError } from 'graphql'
import { withoutServerDetails } from '../../supergraph/gateway/show-errors.ts'
import { httpGraph } from './http-graph.ts'

const secretPath = '/srv/reviews/dist/resolvers.js'
const thrown = () =>
  new GraphQLError(`Cannot read ${secretPath}:41:7 of film`, {
    extensions: {
      code: 'REVIEWS_AWAY',
      hint: 'later',
      stacktrace: ['Error: x', `    at f (file://${secretPath}:41:7)`],
      exception: { stacktrace: [secretPath], message: 'hunter2' },
      cause: { exception: { message: 'hunter2' }, where: secretPath },
    },
  })
const parts = {
  reviews: {
    sdl: 'type Query { bad: Int } type Subscription { worse: Int }',
    resolvers: {
      Query: {
        bad: () => {
          throw thrown()
        },
      },
      Subscription: {
        worse: {
          subscribe: async function* () {
            yield { worse: 1 }
          },
          resolve: () => {
            throw thrown()
          },
        },
      },
    },
  },
}

const ask = async (url: string, query: string, accept: string): Promise<string> => {
  const headers = { 'content-type': 'application/json', accept }
  return (await fetch(`${url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }) })).text()
}

test('stack traces and file paths of subgraphs do not reach clients, whichever way they ask', async () => {
  await using graph = await httpGraph(parts)
  for (const [query, accept] of [
    ['{ bad }', 'application/json'],
    ['{ ... @defer { bad } }', 'multipart/mixed'],
    ['subscription { worse }', 'text/event-stream'],
  ] as const) {
    const text = await ask(graph.url, query, accept)
    assert.doesNotMatch(text, /srv|resolvers\.js|stacktrace|exception|hunter2/, text)
    assert.match(text, /REVIEWS_AWAY/)
    assert.match(text, /Cannot read ‹path› of film/)
    assert.match(text, /"hint":"later"/)
  }
})

test('they do where a setting says so', async () => {
  await using graph = await httpGraph(parts, { subgraphDetails: true })
  assert.match(await ask(graph.url, '{ bad }', 'application/json'), /"stacktrace":\[.*srv\/reviews/)
})

test('a path is taken out wherever it stands in an error, and addresses and other words stay', () => {
  const path = fc.constantFrom(
    '/app/node_modules/x/index.js',
    '/home/me/x',
    'C:\\srv\\x.ts',
    'file:///a/b',
    '/a/b/c.py:7',
    '/var/run/x.sock',
  )
  const around = fc.constantFrom(['', ''], ['"', '"'], ['(', ')'], ['at ', ', then'], ['`', '`'])
  const shown = (message: string): string => withoutServerDetails([{ message }])[0]?.message ?? ''
  fc.assert(
    fc.property(path, around, (at, [before = '', after = '']) => {
      assert.equal(shown(`no ${before}${at}${after} here`), `no ${before}‹path›${after} here`)
    }),
  )
  for (const message of ['see https://a.example/docs/x.js', 'ratio 3/4', 'title t-1/2 is gone', 'and/or'])
    assert.equal(shown(message), message)
})
