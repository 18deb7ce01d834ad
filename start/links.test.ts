import assert from 'node:assert/strict'
import { test } from 'node:test'
import { environmentOf, readConfig } from '#platform/settings/config.ts'
import { innerUrls, linksFrom, linksPage, publicUrls } from './links.ts'
import { portsFrom } from './ports.ts'

const ports = portsFrom(5_000)
const lan = ['192.168.1.7', '10.0.0.3']
const clientUrls = (args: readonly string[]) => linksFrom(readConfig(args, {}), ports, lan)

test('a phone in the same network is told an address that it can reach', () => {
  for (const host of ['0.0.0.0', '::']) {
    const links = clientUrls(['--host', host])
    for (const url of [links.web, links.tv, links.mobile, links.supergraph, links.origin, ...links.edges])
      assert.equal(new URL(url).hostname, lan[0])
    for (const address of [...lan, '127.0.0.1']) assert.match(linksPage(links), new RegExp(`http://${address}:5000`))
  }
})

test('without a network the machine itself is told', () => {
  assert.equal(linksFrom(readConfig(['--host', '0.0.0.0'], {}), ports, []).web, 'http://127.0.0.1:5000')
  assert.equal(clientUrls([]).web, 'http://127.0.0.1:5000')
  assert.equal(clientUrls(['--host', '::1']).web, 'http://[::1]:5000')
})

test('what has no public address of its own is at the host of the public one', () => {
  const links = clientUrls(['--host', '0.0.0.0', '--public-url', 'http://tv-room.local', '--public-tv-url', 'https://tv.example'])
  assert.equal(links.web, 'http://tv-room.local')
  assert.equal(links.tv, 'https://tv.example')
  assert.equal(links.mobile, 'http://tv-room.local:5002')
  assert.deepEqual(links.edges, ['http://tv-room.local:5006', 'http://tv-room.local:5007'])
})

test('a child process makes the same links, and asks its neighbours on this machine', () => {
  for (const args of [
    [],
    ['--host', '0.0.0.0'],
    ['--public-url', 'https://films.example', '--edge-urls', 'https://a.example,https://b.example'],
  ]) {
    const config = readConfig(args, {})
    const links = linksFrom(config, ports, lan)
    const child = readConfig([], environmentOf({ ...config, ...publicUrls(links), ...innerUrls(config, ports) }))
    const { alsoAt: _, ...told } = linksFrom(child, ports, lan)
    const { alsoAt: __, ...meant } = links
    assert.deepEqual(told, meant)
    assert.equal(child.originUrl, 'http://127.0.0.1:5005')
  }
})

test('an address with a path is refused, since addresses below it would lose it', () => {
  for (const args of [
    ['--public-url', 'https://x.example/films'],
    ['--edge-urls', 'https://a.example,https://b.example/?x=1'],
    ['--public-url', 'https://me:pw@x.example'],
  ])
    assert.throws(
      () => readConfig(args, {}),
      (error: Error) => /without a path/.test(error.message) && !/pw/.test(error.message),
    )
})
