import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { objectKey } from '#platform/contracts/object-key.ts'
import { packageFile } from '#platform/process/package-file.ts'
import { drawArt, variants } from '../../prisma/seed/art.ts'
import { operatorEmail } from '../../prisma/seed/members.ts'
import { seedTitles } from '../../prisma/seed/titles.ts'
import { ingestFilm } from '../../start/ingest.ts'
import { makeFootage } from '../../workers/transcode/footage.ts'
import { bootPlatform, type Platform, temporaryFolder } from '../boot.ts'
import { SharedBrowser } from '../browser.ts'
import { withSubtitles } from '../footage.ts'
import { Device, type Playback, until } from '../member.ts'
import { goTo, look, openPage, signIn, violations } from '../page.ts'
import { assertSound } from '../sound.ts'

/** NOTE: longer than a player on a slow line loads ahead, so that an edge that dies is missed. */
const seconds = 40

const browser = new SharedBrowser()
let platform: Platform
let titleId = ''

before(async () => {
  platform = await bootPlatform({ workers: true })
  await using folder = await temporaryFolder()
  const file = await withSubtitles(await makeFootage(0, seconds, { workDir: folder.path }), folder.path)
  const operator = { email: operatorEmail, password: 'operator-for-tests' }
  const film = { file, title: 'The Glass Tide', kind: 'FILM', maturity: 0, genres: ['Drama'] } as const
  ;({ titleId } = await ingestFilm(film, { supergraph: platform.links.supergraph, operator, onProgress: () => undefined }))
  for (const title of seedTitles().filter(({ kind }) => kind !== 'EPISODE')) {
    await Promise.all(
      variants.map((variant) =>
        platform.objects.put(objectKey(`art/${title.id}/${variant}.svg`), Buffer.from(drawArt(title, variant)), { type: 'image/svg+xml' }),
      ),
    )
  }
  await platform.database.prisma.titleFeature.updateMany({ where: { titleId }, data: { popularity: 1 } })
})
after(async () => {
  await browser[Symbol.asyncDispose]()
  await platform?.[Symbol.asyncDispose]()
})

const open = (size: { readonly width: number; readonly height: number }) => openPage(browser, { viewport: size })

const playing = (page: Page, second: number, timeout = 60_000) =>
  page.waitForFunction(
    (wanted) => [...document.querySelectorAll('video')].some((video) => video.currentTime > wanted && !video.paused),
    second,
    { timeout },
  )

test('the browser draws text without a font of the machine, and a crash of it costs one test', async () => {
  const first = await browser.get()
  const gone = new Promise((resolve) => first.once('disconnected', resolve))
  const doomed = await first.newPage()
  await doomed.setContent('<p>text that needs a font</p>')
  await doomed.screenshot()
  await (await first.newBrowserCDPSession()).send('Browser.crash').catch(() => undefined)
  await gone
  await using page = await open({ width: 360, height: 740 })
  await page.goto(platform.links.web)
  await page.getByRole('button', { name: 'Sign in' }).waitFor()
})

const seekTo = (page: Page, second: number): Promise<void> =>
  page.evaluate((at) => {
    const video = document.querySelector('video')
    if (video) video.currentTime = at
  }, second)

for (const [width, height] of [
  [360, 740],
  [1280, 800],
  [1920, 1080],
] as const) {
  test(`at ${width} px: every view is drawn, without violations of WCAG AA and without sideways scrolling`, async () => {
    await using page = await open({ width, height })
    await page.goto(platform.links.web)
    await page.getByRole('button', { name: 'Sign in' }).waitFor()
    await look(page, `${width}-sign-in`)
    assert.deepEqual(await violations(page), [])
    await signIn(page, platform.links.web)
    const views = [
      ['home', '#/'],
      ['title', `#/title/${titleId}`],
      ['series', '#/title/t-0018'],
      ['search', '#/search/orbital'],
      ['my-list', '#/my-list'],
      ['devices', '#/devices'],
    ] as const
    for (const [name, hash] of views) {
      await goTo(page, hash)
      await page.locator('main h1').first().waitFor({ state: 'attached' })
      await page.waitForTimeout(700)
      await look(page, `${width}-${name}`)
      assert.deepEqual(await violations(page), [], name)
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${name} fits`)
    }
  })
}

test('a member signs in, searches with a typing error, plays with sound, seeks, and resumes on the phone', async () => {
  await using page = await open({ width: 1280, height: 800 })
  await signIn(page, platform.links.web)
  await page.getByRole('searchbox').fill('glas tide')
  await page
    .getByRole('list', { name: 'Results' })
    .getByRole('link', { name: /The Glass Tide/ })
    .first()
    .click()
  const pressed = performance.now()
  await page.getByRole('link', { name: 'Play', exact: true }).click()
  await playing(page, 0)
  assert.ok(performance.now() - pressed < 5_000, 'the first frame comes soon')
  await assertSound(page)
  await look(page, '1280-watch')
  await seekTo(page, 13)
  await playing(page, 13.5)
  await page.keyboard.press('Escape')
  const phone = new Device(platform.links, 'mobile')
  await phone.signIn()
  const resume = await until('the phone resumes', 10_000, async () => {
    const at = await phone.resumeAtMs(titleId)
    return at !== undefined && at >= 13_000 && at
  })
  const { startAtMs } = (await phone.play(titleId)) as Playback
  assert.equal(startAtMs, resume)
  await page.getByRole('link', { name: /Resume at 0:1/ }).waitFor({ timeout: 10_000 })
})

test('the keyboard alone is enough to sign in, find a film and play it', async () => {
  await using page = await open({ width: 1280, height: 800 })
  await page.goto(platform.links.web)
  await page.getByRole('button', { name: 'Sign in' }).waitFor()
  for (let presses = 0; presses < 3; presses += 1) await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Top 10' }).waitFor()
  const focusOn = async (wanted: string | RegExp, key = 'Tab'): Promise<void> => {
    for (let presses = 0; presses < 60; presses += 1) {
      await page.keyboard.press(key)
      const name = await page.evaluate(
        () => `${document.activeElement?.getAttribute('aria-label') ?? ''} ${document.activeElement?.textContent ?? ''}`,
      )
      if (typeof wanted === 'string' ? name.includes(wanted) : wanted.test(name)) return
    }
    assert.fail(`${wanted} cannot be reached`)
  }
  // NOTE: the focus is on the heading of home, behind the header.
  await focusOn('Search films', 'Shift+Tab')
  await page.keyboard.type('glass tide')
  await page
    .getByRole('link', { name: /The Glass Tide/ })
    .first()
    .waitFor()
  await focusOn('The Glass Tide')
  await page.keyboard.press('Enter')
  await page
    .getByRole('link', { name: /^(Play|Resume)/ })
    .first()
    .waitFor()
  await focusOn(/^ *(Play|Resume)/)
  await page.keyboard.press('Enter')
  await playing(page, 0)
  await assertSound(page)
})

test('what is watched on one device moves the resume point on the two others', async () => {
  await using page = await open({ width: 1280, height: 800 })
  await signIn(page, platform.links.web)
  await goTo(page, '#/devices')
  const shown = () =>
    page.evaluate(() => ['tv', 'phone', 'browser'].map((kind) => Number(document.querySelector(`[data-device="${kind}"]`)?.textContent)))
  await page.getByRole('button', { name: 'Play on the television' }).click()
  await playing(page, 0)
  await assertSound(page)
  const before = await shown()
  await seekTo(page, 19)
  await page.getByRole('button', { name: 'Stop on the television' }).click()
  const after = await until('all three have moved', 15_000, async () => {
    const seconds = await shown()
    return seconds.every((at) => at >= 19) && seconds
  })
  assert.ok(before.every((at) => at < 19))
  assert.equal(new Set(after).size, 1, `all show the same second: ${after.join(', ')}`)
  await look(page, '1280-devices-watched')
})

test('dash.js plays the same segments, with sound', async () => {
  await using page = await open({ width: 640, height: 360 })
  const device = new Device(platform.links, 'web')
  await device.signIn()
  const { streams } = (await device.play(titleId)) as Playback
  await page.goto(`${platform.links.mail}/health/live`)
  await page.setContent('<video muted playsinline></video>')
  await page.evaluate(readFileSync(packageFile('dashjs/dist/modern/umd/dash.all.min.js'), 'utf8'))
  await page.evaluate((url) => {
    const { dashjs } = globalThis as unknown as {
      dashjs: { MediaPlayer: () => { create: () => { initialize: (video: Element | null, url: string, autoplay: boolean) => void } } }
    }
    dashjs.MediaPlayer().create().initialize(document.querySelector('video'), url, true)
  }, streams[0]?.dash ?? '')
  await playing(page, 3)
  await assertSound(page)
})

test('the Explorer works without the internet: it shows the schema, answers a query, also in parts, and follows a subscription', async () => {
  await using page = await open({ width: 1280, height: 800 })
  await page.route(/^https?:\/\/(?!127\.0\.0\.1)/, (route) => route.abort())
  await page.goto(`${platform.links.supergraph}/explorer`)
  await page.getByRole('button', { name: /Execute query/ }).click()
  await page.getByText('"topTen"').first().waitFor({ timeout: 15_000 })
  await look(page, '1280-explorer')
  const write = (editor: string, text: string): Promise<void> =>
    page
      .locator(`${editor} .CodeMirror`)
      .last()
      .evaluate((element, value) => {
        const { CodeMirror } = element as object as { readonly CodeMirror: { readonly setValue: (text: string) => void } }
        CodeMirror.setValue(value)
      }, text)
  const ask = async (query: string): Promise<void> => {
    await write('.graphiql-query-editor', query)
    await page.waitForTimeout(500)
    await page.getByRole('button', { name: /Execute query/ }).click()
  }
  const parts = page.waitForResponse((response) => response.headers()['content-type']?.startsWith('multipart/mixed') === true)
  await ask('{ topTen { id ... @defer { called: name } } }')
  await page.getByText('"called"').first().waitFor({ timeout: 15_000 })
  await parts
  const phone = new Device(platform.links, 'mobile')
  await phone.signIn()
  await page.getByRole('button', { name: 'Headers', exact: true }).click()
  await write('.graphiql-editor-tool', JSON.stringify({ authorization: `Bearer ${phone.token}` }))
  await ask('subscription { resumePointMoved { positionMs } }')
  for (const [at, positionMs] of [123_457, 234_561].entries()) {
    await until(`event ${at + 1} is shown`, 15_000, async () => {
      await phone.heartbeat({ titleId: 't-0012', positionMs })
      return (await page.locator('.result-window').textContent())?.includes(String(positionMs))
    })
  }
})

/** The slower line of a home, so that a player is never far ahead of what it shows. */
const slowDown = async (page: Page): Promise<void> => {
  const debug = await page.context().newCDPSession(page)
  await debug.send('Network.enable')
  const bytesPerSecond = 100_000
  const line = { offline: false, latency: 20, downloadThroughput: bytesPerSecond, uploadThroughput: bytesPerSecond }
  await debug.send('Network.emulateNetworkConditions', line)
}

/** The origins of the segments that came whole to a page and were asked for after `sinceMs` of its own clock. */
const segmentOrigins = (page: Page, sinceMs = 0): Promise<readonly string[]> =>
  page.evaluate((since) => {
    const entries = performance.getEntriesByType('resource') as PerformanceResourceTiming[]
    const whole = entries.filter(
      ({ name, startTime, responseStatus }) => name.endsWith('.m4s') && startTime > since && responseStatus === 200,
    )
    return [...new Set(whole.map(({ name }) => new URL(name).origin))]
  }, sinceMs)

/** The last second of the film that the page has loaded; 0 when it has none. */
const bufferedTo = (page: Page): Promise<number> =>
  page.evaluate(() => {
    const { buffered } = document.querySelector('video') as HTMLVideoElement
    return buffered.length === 0 ? 0 : buffered.end(buffered.length - 1)
  })

test('when the first edge dies during play, the film goes on from the second, with sound', async () => {
  await using page = await open({ width: 1280, height: 800 })
  await signIn(page, platform.links.web)
  await slowDown(page)
  await page.evaluate((to) => {
    performance.setResourceTimingBufferSize(10_000)
    location.hash = to
  }, `#/watch/${titleId}`)
  await page.locator('video').waitFor()
  await seekTo(page, 0)
  await playing(page, 2)
  await assertSound(page)
  // NOTE: which edge is the first for a title is for the ranking to say.
  const [first = '', ...others] = await segmentOrigins(page)
  assert.deepEqual([platform.links.edges.includes(first), others], [true, []], `it plays from one edge: ${first}`)
  page.removeAllListeners('console')
  const loadedBefore = await bufferedTo(page)
  await platform.stop(`edge-${platform.links.edges.indexOf(first) + 1}`)
  await assert.rejects(fetch(`${first}/health/live`), 'the edge is gone')
  const diedAtMs = await page.evaluate(() => performance.now())
  // NOTE: a player that has just gone over to the other edge has nothing loaded yet.
  const loaded = Math.max(loadedBefore, await bufferedTo(page))
  assert.ok(loaded < seconds - 8, `much of the film is still to be loaded: ${loaded} s are`)
  await playing(page, loaded + 2, 90_000)
  await assertSound(page)
  assert.deepEqual(
    await segmentOrigins(page, diedAtMs),
    platform.links.edges.filter((origin) => origin !== first),
  )
})
