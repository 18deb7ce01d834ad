import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openSecrets } from '#platform/identity/secrets.ts'
import { openDatabase } from '#platform/postgres/database.ts'
import { postgresUrl } from '#platform/postgres/server.ts'
import { operatorEmail } from '../../prisma/seed/members.ts'
import type { Links } from '../../start/links.ts'
import { temporaryFolder } from '../boot.ts'
import { Device, type DeviceKind, until } from '../member.ts'
import { requestRaw } from '../raw-http.ts'
import { freePortBase, startService } from '../run.ts'

const edges = ['https://cdn-a.example', 'https://cdn-b.example:8443']
const sites = {
  'public-url': 'https://films.example',
  'public-tv-url': 'https://tv.films.example',
  'public-mobile-url': 'https://phone.films.example',
  'public-origin-url': 'https://upload.films.example',
  'edge-urls': edges.join(','),
}
const film = 't-0001'

/** Every address in an answer. */
const addressesIn = (answer: unknown): readonly string[] =>
  (typeof answer === 'string' ? answer : JSON.stringify(answer)).match(/\b(?:https?|wss?):\/\/[^\s"'<>;,]+/g) ?? []
const onlyAt = (allowed: readonly string[], answer: unknown, what: string): void => {
  for (const address of addressesIn(answer)) assert.ok(allowed.includes(new URL(address).origin), `${address} in ${what}`)
}

/** Publishes a film that nobody will fetch, so that play names addresses. */
const makePlayable = async (url: string): Promise<void> => {
  await using database = openDatabase(url)
  const media = { state: 'READY' as const, prefix: `streams/${film}/u-1/1`, durationMs: 60_000, renditions: [] }
  await database.prisma.media.upsert({ where: { titleId: film }, create: { titleId: film, ...media }, update: media })
  await database.prisma.title.update({ where: { id: film }, data: { maturity: 0 } })
  await database.prisma.availability.deleteMany({ where: { titleId: film } })
  await database.prisma.availability.create({ data: { titleId: film, region: '*', startsAt: new Date(0) } })
}

test('behind a proxy, clients are told public addresses and no others', async () => {
  await using folder = await temporaryFolder()
  const base = await freePortBase()
  const args = Object.entries(sites).flatMap(([name, value]) => [`--${name}`, value])
  await using service = await startService(folder.path, args, { portBase: base })
  const { operatorPassword, databasePassword } = await openSecrets(folder.path).pick('operatorPassword', 'databasePassword')
  await makePlayable(postgresUrl({ port: base + 8, password: databasePassword, database: 'cinegraph' }))
  const at = (offset: number) => `http://127.0.0.1:${base + offset}`
  const here: Links = { ...service.links, web: at(0), tv: at(1), mobile: at(2), supergraph: at(3) }
  const allowed = [...Object.values(sites).filter((site) => site !== edges.join(',')), ...edges]

  await test('in the page and its settings, whatever host a request names', async () => {
    const headers = {
      host: 'evil',
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'http',
      forwarded: 'host=evil.example',
    }
    const settings = await requestRaw(here.web, { target: '/config.json', headers })
    assert.ok(addressesIn(settings.body.toString()).length >= 5)
    onlyAt(allowed, settings.body.toString(), 'config.json')
    const page = await requestRaw(here.web, { target: '/', headers })
    assert.equal(page.status, 200)
    onlyAt(allowed, page.body.toString(), 'the page')
    onlyAt(allowed, page.headers.get('content-security-policy') ?? '', 'the policy of the page')
    assert.match(page.headers.get('content-security-policy') ?? '', /cdn-a\.example/)
  })

  await test('in the home screen and in play, on every device', async () => {
    for (const kind of ['tv', 'mobile', 'web'] as const satisfies readonly DeviceKind[]) {
      const device = new Device(here, kind)
      await device.signIn()
      const home = await device.ask('home')
      assert.deepEqual(home.errors, [])
      onlyAt(allowed, home, `${kind} home`)
      const playback = await device.play(film)
      assert.ok('streams' in playback, JSON.stringify(playback))
      onlyAt(edges, playback, `${kind} play`)
      assert.deepEqual(playback.streams.map(({ edge }) => edge).toSorted(), edges.toSorted())
    }
  })

  await test('in mails', async () => {
    const member = new Device(here, 'web')
    await member.signIn('new@cinegraph.example')
    assert.deepEqual((await member.ask('subscribe', { planId: 'basic' })).errors, [])
    const text = await until('the mail is sent', 30_000, async () => {
      const page = await (await fetch(service.links.mail)).text()
      return page.includes('plan has started') && page
    })
    assert.ok(addressesIn(text).length > 0)
    onlyAt(['https://films.example'], text, 'the mail')
  })

  await test('to those who upload, and to pages of other sites', async () => {
    const operator = new Device(here, 'web')
    await operator.signIn(operatorEmail, operatorPassword)
    const query = `mutation { startUpload(input: { title: "x", bytes: 9000000, sha256: "${'0'.repeat(64)}" }) { partUrls } }`
    const response = await fetch(`${here.supergraph}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${operator.token}` },
      body: JSON.stringify({ query }),
    })
    const answer = await response.text()
    assert.equal(addressesIn(answer).length, 2, answer)
    onlyAt(['https://upload.films.example'], answer, 'startUpload')
    const allowedOrigin = async (origin: string) =>
      (
        await requestRaw(here.tv, { method: 'OPTIONS', target: '/graphql', headers: { origin, 'access-control-request-method': 'POST' } })
      ).headers.get('access-control-allow-origin')
    assert.equal(await allowedOrigin('https://films.example'), 'https://films.example')
    assert.notEqual(await allowedOrigin(at(0)), at(0))
  })
})
