import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { operatorEmail } from '../../prisma/seed/members.ts'
import { ingestFilm } from '../../start/ingest.ts'
import { makeFootage } from '../../workers/transcode/footage.ts'
import { bootPlatform, type Platform, temporaryFolder } from '../boot.ts'
import { SharedBrowser } from '../browser.ts'
import { withSubtitles } from '../footage.ts'
import { until } from '../member.ts'
import { goTo, look, openPage, signIn, violations } from '../page.ts'
import { assertSound } from '../sound.ts'

const seconds = 24
const browser = new SharedBrowser()
let platform: Platform
let titleId = ''

before(async () => {
  platform = await bootPlatform({ workers: true })
  await using folder = await temporaryFolder()
  const file = await withSubtitles(await makeFootage(1, seconds, { workDir: folder.path }), folder.path)
  const operator = { email: operatorEmail, password: 'operator-for-tests' }
  const film = { file, title: 'Slow Light', kind: 'FILM', maturity: 0, genres: ['Drama'] } as const
  ;({ titleId } = await ingestFilm(film, { supergraph: platform.links.supergraph, operator, onProgress: () => undefined }))
})
after(async () => {
  await browser[Symbol.asyncDispose]()
  await platform?.[Symbol.asyncDispose]()
})

/** The film at its beginning. */
const openFilm = async (width = 1280, height = 800): Promise<Page & AsyncDisposable> => {
  const page = await openPage(browser, { viewport: { width, height } })
  await signIn(page, platform.links.web)
  await openWatch(page)
  return page
}

const openWatch = async (page: Page): Promise<void> => {
  await goTo(page, `#/watch/${titleId}`)
  await page.getByRole('group', { name: 'Player' }).waitFor()
  await page.waitForFunction(() => (document.querySelector('video')?.readyState ?? 0) >= 3)
  await page.evaluate(() => {
    const video = document.querySelector('video')
    if (video !== null) video.currentTime = 1
  })
}

type State = {
  readonly time: number
  readonly paused: boolean
  readonly muted: boolean
  readonly volume: number
  readonly rate: number
  readonly height: number
}
const stateOf = (page: Page): Promise<State> =>
  page.evaluate(() => {
    const {
      currentTime: time,
      paused,
      muted,
      volume,
      playbackRate: rate,
      videoHeight: height,
    } = document.querySelector('video') as HTMLVideoElement
    return { time, paused, muted, volume, rate, height }
  })
const becomes = (page: Page, what: string, isSo: (state: State) => boolean): Promise<State> =>
  until(what, 20_000, async () => {
    const state = await stateOf(page)
    return isSo(state) && state
  })

test('subtitles of a film are shown and taken away, and the page is refused nothing', async () => {
  await using page = await openFilm()
  const shown = (): Promise<readonly string[]> =>
    page.evaluate(() =>
      [...(document.querySelector('video')?.textTracks ?? [])].flatMap(({ mode, activeCues }) =>
        mode === 'showing' ? [...(activeCues ?? [])].map((cue) => (cue as VTTCue).text) : [],
      ),
    )
  const menu = page.getByRole('combobox', { name: 'Subtitles' })
  await menu.selectOption({ index: 1 })
  await until('a line is shown', 60_000, async () => (await shown()).some((line) => line.startsWith('Line ')))
  const chosen = (): Promise<string> => menu.evaluate((select) => (select as HTMLSelectElement).selectedOptions[0]?.label ?? '')
  const [line = ''] = await shown()
  await until('the next line is shown', 20_000, async () => (await shown()).some((each) => each !== line))
  assert.notEqual(await chosen(), 'Off', 'the menu says what is shown')
  await menu.selectOption({ index: 0 })
  await until('none is shown', 10_000, async () => (await shown()).length === 0)
  assert.equal(await chosen(), 'Off')
})

test('the seek bar shows the picture of the instant that is pointed at', async () => {
  await using page = await openFilm()
  const bar = page.getByRole('slider', { name: 'Seek' })
  const box = await bar.boundingBox()
  assert.ok(box)
  const picture = page.locator('.seek-preview div')
  await until('the picture is there', 20_000, async () => {
    await page.mouse.move(box.x + box.width * (0.7 + 0.01 * Math.random()), box.y + box.height / 2)
    return (await picture.count()) === 1
  })
  const { sheet, place } = await picture.evaluate((element) => {
    const { backgroundImage, backgroundPosition } = getComputedStyle(element)
    return { sheet: backgroundImage, place: backgroundPosition }
  })
  assert.match(sheet, /thumbnails\/00001\.jpg/)
  assert.equal(place, '-640px 0px', 'the fifth of six')
  assert.equal(await page.evaluate(async (address) => (await fetch(address)).status, /"(.+)"/.exec(sheet)?.[1] ?? ''), 200)
  await look(page, 'seek-preview')
})

test('a film is paused, moved, silenced and sped up by keys, and plays on with sound', async () => {
  await using page = await openFilm()
  await becomes(page, 'it plays', ({ paused, time }) => !paused && time > 1)
  await assertSound(page)
  await page.keyboard.press('k')
  const { time } = await becomes(page, 'it is paused', ({ paused }) => paused)
  await page.keyboard.press('l')
  await becomes(page, 'it is ten seconds further', (now) => Math.abs(now.time - time - 10) < 0.5)
  await page.keyboard.press('ArrowLeft')
  await becomes(page, 'it is back', (now) => Math.abs(now.time - time) < 0.5)
  await page.keyboard.press('5')
  await becomes(page, 'it is in the middle', (now) => Math.abs(now.time - seconds / 2) < 1)
  await page.keyboard.press('m')
  await becomes(page, 'it is silent', ({ muted }) => muted)
  await page.keyboard.press('m')
  await page.keyboard.press('ArrowDown')
  await becomes(page, 'it is softer', ({ muted, volume }) => !muted && Math.abs(volume - 0.9) < 0.01)
  await page.keyboard.press('>')
  await becomes(page, 'it is faster', ({ rate }) => rate === 1.25)
  await page.keyboard.press(' ')
  await becomes(page, 'it plays on', (now) => !now.paused && now.time > seconds / 2 + 1)
})

test('quality is chosen by hand, and with sound and speed it is what the next film begins with', async () => {
  await using page = await openFilm()
  const quality = page.getByRole('combobox', { name: 'Quality' })
  await quality.waitFor()
  const offered = await quality.locator('option').allTextContents()
  assert.match(offered[0] ?? '', /^Auto/)
  assert.ok(offered.length >= 3, `there is something to choose: ${offered.join(', ')}`)
  const lowest = offered.at(-1) ?? ''
  // NOTE: a machine that is busy takes longer than the film lasts.
  await page.evaluate(() => Object.assign(document.querySelector('video') ?? {}, { loop: true }))
  await quality.selectOption({ label: lowest })
  await becomes(page, `the picture has ${lowest}`, ({ height }) => `${height}p` === lowest)
  await page.getByRole('combobox', { name: 'Speed' }).selectOption({ label: '1.5×' })
  await page.getByRole('slider', { name: 'Volume' }).fill('0.4')
  await page.keyboard.press('Escape')
  await page
    .getByRole('link', { name: /^(Play|Resume)/ })
    .first()
    .waitFor()
  await page.reload()
  await openWatch(page)
  const state = await becomes(page, 'it plays as before', ({ rate, height, paused }) => rate === 1.5 && `${height}p` === lowest && !paused)
  assert.ok(Math.abs(state.volume - 0.4) < 0.01)
  await until('the choice is shown', 20_000, async () => (await quality.locator('option:checked').textContent()) === lowest)
  await quality.selectOption('-1')
  await until('automatic says what it has come to', 20_000, async () =>
    /^Auto \(\d+p\)$/.test((await quality.locator('option:checked').textContent()) ?? ''),
  )
})

test('the seek bar says where it is, takes a click, and the controls are gone while nobody moves', async () => {
  await using page = await openFilm()
  const bar = page.getByRole('slider', { name: 'Seek' })
  assert.match((await bar.getAttribute('aria-valuetext')) ?? '', /^\d+ seconds? of 2[34] seconds$/)
  await bar.fill('18')
  await becomes(page, 'it goes where it was told', ({ time, paused }) => time >= 18 && time < 23 && !paused)
  await page.getByRole('button', { name: '10 seconds back' }).click()
  await becomes(page, 'it goes back', ({ time }) => time >= 8 && time < 17)
  const opacity = () => page.locator('.watch-controls').evaluate((element) => Number(getComputedStyle(element).opacity))
  await page.mouse.move(300, 300)
  await until('the controls fade', 15_000, async () => (await opacity()) === 0)
  await page.mouse.move(340, 320)
  await until('they come back', 5_000, async () => (await opacity()) === 1)
  await page.keyboard.press('k')
  await page.waitForTimeout(3_600)
  assert.equal(await opacity(), 1, 'they stay while it is paused')
})

test('the keys are explained, and Escape closes that before it leaves the film', async () => {
  await using page = await openFilm()
  await page.keyboard.press('?')
  const help = page.getByRole('dialog', { name: 'Keyboard' })
  await help.waitFor()
  await look(page, '1280-player-keys')
  await page.keyboard.press('Escape')
  await help.waitFor({ state: 'detached' })
  assert.ok((await page.evaluate(() => location.hash)).startsWith('#/watch/'))
  await page.keyboard.press('Escape')
  await page
    .getByRole('link', { name: /^(Play|Resume)/ })
    .first()
    .waitFor()
})

test('at its end a film shows the way on, and Play begins it again', async () => {
  await using page = await openFilm()
  await page.getByRole('slider', { name: 'Seek' }).fill(String(seconds - 1))
  await page.getByRole('region', { name: 'The end' }).waitFor({ timeout: 20_000 })
  const wayOn = await page.getByRole('link', { name: 'Back to the title' }).boundingBox()
  assert.ok(wayOn !== null && wayOn.x >= 0 && wayOn.y >= 0, 'the way on is on the screen')
  await look(page, '1280-player-end')
  await page.getByRole('button', { name: 'Play', exact: true }).click()
  await becomes(page, 'it begins again', ({ time, paused }) => !paused && time < 5)
  await page.getByRole('region', { name: 'The end' }).waitFor({ state: 'detached' })
})

test('when no edge answers the film says so, and Try again plays it on once one does', async () => {
  await using page = await openFilm()
  await page.route(/\.m3u8/, (route) => route.abort())
  await page.reload()
  page.removeAllListeners('console')
  await page.getByRole('alert').waitFor({ timeout: 60_000 })
  await look(page, '1280-player-failed')
  await page.unroute(/\.m3u8/)
  await page.getByRole('button', { name: 'Try again' }).click()
  await becomes(page, 'it plays', ({ paused, time }) => !paused && time > 0)
  assert.equal(await page.getByRole('alert').count(), 0)
})

for (const [width, height] of [
  [360, 740],
  [1280, 800],
] as const) {
  test(`at ${width} px the player fits and has no violations of WCAG AA`, async () => {
    await using page = await openFilm(width, height)
    await page.keyboard.press('k')
    await look(page, `${width}-player`)
    assert.deepEqual(await violations(page), [])
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth))
    for (const control of await page.locator('.watch-controls button, .watch-controls select').all()) {
      const box = await control.boundingBox()
      assert.ok(
        box !== null && box.x >= 0 && box.x + box.width <= width && box.height >= 24,
        (await control.getAttribute('aria-label')) ?? '',
      )
    }
  })
}

test('at its end an episode counts down to the next, stops counting when asked, and remembers who wants none of it', async () => {
  const { prisma } = platform.database
  const series = await prisma.title.findFirstOrThrow({ where: { kind: 'SERIES', maturity: 0 } })
  const film = await prisma.title.findUniqueOrThrow({ where: { id: titleId }, include: { media: true, availability: true } })
  const { media, availability, ...facts } = film
  const place = { kind: 'EPISODE', seriesId: series.id, season: 9 } as const
  await prisma.title.update({ where: { id: titleId }, data: { ...place, episode: 1 } })
  await prisma.title.create({
    data: {
      ...facts,
      ...place,
      id: 'next-episode',
      name: 'Slower Light',
      episode: 2,
      translations: {},
      availability: { create: availability.map(({ region, startsAt }) => ({ region, startsAt })) },
      media: {
        create: {
          state: 'READY',
          prefix: media?.prefix ?? null,
          durationMs: media?.durationMs ?? null,
          renditions: media?.renditions ?? [],
        },
      },
    },
  })
  await using page = await openFilm()
  const end = async (): Promise<void> => {
    await page.evaluate(() => {
      const video = document.querySelector('video')
      if (video !== null) video.currentTime = video.duration - 0.5
    })
    await page.getByText('Next: S9 E2 Slower Light').waitFor({ timeout: 20_000 })
  }
  await end()
  await look(page, '1280-next-episode')
  assert.deepEqual(await violations(page), [])
  await page.getByRole('button', { name: 'Cancel' }).click()
  await page.getByRole('button', { name: 'Cancel' }).waitFor({ state: 'detached' })
  assert.equal(await page.locator('[data-left]').count(), 0, 'nothing is counted any more')
  await page.getByRole('checkbox', { name: 'Play the next episode by itself' }).uncheck()
  await openWatch(page)
  await page.reload()
  await openWatch(page)
  await end()
  assert.equal(await page.getByRole('button', { name: 'Cancel' }).count(), 0, 'it was remembered')
  await page.getByRole('checkbox', { name: 'Play the next episode by itself' }).check()
  await page.waitForFunction(() => location.hash === '#/watch/next-episode', undefined, { timeout: 30_000 })
})
