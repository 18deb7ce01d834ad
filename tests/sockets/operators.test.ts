import assert from 'node:assert/strict'
import { test } from 'node:test'
import { portsFrom } from '../../start/ports.ts'
import { temporaryFolder } from '../boot.ts'
import { httpGraph } from '../federation/http-graph.ts'
import { requestRaw } from '../raw-http.ts'
import { portsOfOneService, startService } from '../run.ts'
import { ground, mains } from './processes.ts'

/** What only operators may see, wherever it is. */
const figures = /^# (HELP|TYPE) /m
const mails = /<title>[^<]*[Mm]ail/
const paths = ['/metrics', '/metrics/', '/mail', '/', '/explain', '/admin']

const seenAt = async (origin: string, path: string): Promise<string> => {
  const response = await fetch(new URL(path, origin), { redirect: 'manual' })
  return response.text()
}

const showsNothing = async (origin: string): Promise<void> => {
  for (const path of paths) {
    const text = await seenAt(origin, path)
    assert.doesNotMatch(text, figures, `${origin}${path}`)
    assert.doesNotMatch(text, mails, `${origin}${path}`)
  }
}

/** What a page reads that made its own name lead to this machine: its requests name that host, and any origin it likes. */
const answersToItsOwnNamesOnly = async (origin: string, isRefused: boolean): Promise<void> => {
  const upgrade = {
    connection: 'Upgrade, close',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
  }
  for (const host of [
    'rebound.example',
    'Rebound.Example:80',
    'localhost.rebound.example',
    '127.0.0.1.rebound.example:4000',
    'rebound.example.',
  ]) {
    for (const target of [...paths, '/graphql?query={__typename}', '/config.json', '/documents.json', '/explorer']) {
      const { status, body } = await requestRaw(origin, { target, headers: { host } })
      assert.ok(isRefused ? status === 421 : status >= 400, `${origin}${target} as ${host}: ${status} ${body.toString().slice(0, 200)}`)
    }
    const opened = await requestRaw(origin, { target: '/graphql', headers: { ...upgrade, host } })
    assert.notEqual(opened.status, 101, `${origin} opens a socket as ${host}`)
  }
  const { status } = await requestRaw(origin, { target: '/graphql', headers: { ...upgrade, origin: 'http://rebound.example' } })
  assert.notEqual(status, 101, `${origin} opens a socket for a page of somebody else's`)
  assert.equal((await requestRaw(origin, { target: '/health/live', headers: { host: 'health.check.example' } })).status, 200)
}

/** The same port at another address of this machine: what is bound to 127.0.0.1 does not listen there. */
const elsewhere = (origin: string): string => origin.replace(/\/\/[^:/]+/, '//127.0.0.2')
const listensAt = (origin: string): Promise<boolean> =>
  fetch(new URL('/health/live', origin)).then(
    () => true,
    () => false,
  )

test('each process that is started alone shows figures to operators only, and nothing under the name of somebody else’s page', {
  timeout: 300_000,
}, async (t) => {
  await using place = await ground()
  for (const main of mains)
    await t.test(main, async () => {
      const { url, admin, stop } = await place.start(main)
      assert.match(await seenAt(admin.origin, '/metrics'), figures)
      assert.ok(!(await listensAt(elsewhere(admin.origin))), 'bound to this machine')
      if (url.origin !== admin.origin) await showsNothing(url.origin)
      for (const { origin } of [url, admin]) await answersToItsOwnNamesOnly(origin, !main.startsWith('edge/') || origin === admin.origin)
      await stop()
    })
})

test('figures and mails of the whole service are for this machine alone, also where members come from everywhere', {
  timeout: 240_000,
}, async () => {
  for (const processes of ['together', 'split']) {
    await using folder = await temporaryFolder()
    await using service = await startService(folder.path, ['--host', '0.0.0.0', '--processes', processes])
    const { links } = service
    const port = (url: string): string => `http://127.0.0.1:${new URL(url).port}`
    const forMembers = [links.web, links.tv, links.mobile, links.supergraph, links.origin, ...links.edges].map(port)
    for (const origin of forMembers) {
      await showsNothing(origin)
      assert.ok(await listensAt(elsewhere(origin)), origin)
    }
    for (const url of links.metrics) {
      assert.match(await (await fetch(url)).text(), figures, url)
      assert.ok(!(await listensAt(elsewhere(new URL(url).origin))), url)
    }
    assert.match(await seenAt(links.mail, '/'), mails)
  }
})

test('where there are members, plans are made for operators alone', { timeout: 120_000 }, async () => {
  await using folder = await temporaryFolder()
  await using service = await startService(folder.path, ['--no-demo'])
  const body = JSON.stringify({ query: '{ __typename }' })
  const asked = { method: 'POST', headers: { 'content-type': 'application/json' }, body }
  const { supergraph, web, tv, mobile } = service.links
  for (const origin of [supergraph, web, tv, mobile])
    assert.ok([401, 403, 404].includes((await fetch(`${origin}/explain`, asked)).status), origin)
  const parts = { a: { sdl: 'type Query { a: Int }', resolvers: {} } }
  await using graph = await httpGraph(parts, { production: true })
  assert.equal((await fetch(`${graph.url}/explain`, asked)).status, 404)
})

test('tests that start the whole service look for as many free ports as it uses', () => {
  const used = Object.values(portsFrom(0))
  assert.equal(Math.max(...used) + 1, portsOfOneService)
  assert.equal(new Set(used).size, used.length)
})
