import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { objectKey } from '#platform/contracts/object-key.ts'
import { drawArt, variants } from '../../prisma/seed/art.ts'
import { seedTitles } from '../../prisma/seed/titles.ts'
import { bootPlatform, type Platform } from '../boot.ts'
import { SharedBrowser } from '../browser.ts'
import { until } from '../member.ts'
import { goTo, look, openPage, signIn, violations } from '../page.ts'

const browser = new SharedBrowser()
let platform: Platform
before(async () => {
  platform = await bootPlatform()
  for (const title of seedTitles().filter(({ kind }) => kind !== 'EPISODE')) {
    await Promise.all(
      variants.map((variant) =>
        platform.objects.put(objectKey(`art/${title.id}/${variant}.svg`), Buffer.from(drawArt(title, variant)), { type: 'image/svg+xml' }),
      ),
    )
  }
})
after(async () => {
  await browser[Symbol.asyncDispose]()
  await platform?.[Symbol.asyncDispose]()
})

const openHome = async (width = 1280, height = 800): Promise<Page & AsyncDisposable> => {
  const page = await openPage(browser, { viewport: { width, height } })
  await signIn(page, platform.links.web)
  return page
}
/** Addresses of the cards of a row or a list, in order. */
const cardsOf = (page: Page, label: string): Promise<readonly string[]> =>
  page
    .getByRole('list', { name: label })
    .getByRole('link')
    .evaluateAll((links) => links.map((link) => link.getAttribute('href') ?? ''))

test('by the keyboard a member puts titles on the list, finds them on its page and on home, and takes one away', async () => {
  await using page = await openHome()
  const [first = '', second = ''] = await cardsOf(page, 'Top 10')
  for (const title of [first, second]) {
    await goTo(page, title)
    const button = page.getByRole('button', { name: 'My list' })
    await button.focus()
    await page.keyboard.press('Enter')
    await page.locator('button[aria-pressed="true"]', { hasText: 'My list' }).waitFor()
    // NOTE: the next title's page shows its own button only when it is there.
    await goTo(page, '#/')
    await page.getByRole('heading', { name: 'Top 10' }).waitFor()
  }
  await page.getByRole('link', { name: 'My list', exact: true }).click()
  await page.getByRole('heading', { name: 'My list', level: 1 }).waitFor()
  assert.deepEqual(await cardsOf(page, 'My list'), [second, first])
  await look(page, '1280-my-list')
  assert.deepEqual(await violations(page), [])
  await goTo(page, '#/')
  await page.getByRole('heading', { name: 'My list' }).waitFor()
  assert.deepEqual(await cardsOf(page, 'My list'), [second, first])
  await goTo(page, first)
  await page.getByRole('button', { name: 'My list' }).click()
  await page.locator('button[aria-pressed="false"]', { hasText: 'My list' }).waitFor()
  await goTo(page, '#/my-list')
  await until('it is gone from the list', 10_000, async () => (await cardsOf(page, 'My list')).join() === second)
})

test('a thumb down takes a title from home, and says so on its own page', async () => {
  await using page = await openHome()
  const [title = ''] = await cardsOf(page, 'Top 10')
  await goTo(page, title)
  await page.getByRole('button', { name: 'Not for me' }).click()
  await page.locator('button[aria-pressed="true"]', { hasText: 'Not for me' }).waitFor()
  await look(page, '1280-title-marked')
  assert.deepEqual(await violations(page), [])
  await goTo(page, '#/')
  await page.getByRole('heading', { name: 'Top 10' }).waitFor()
  assert.ok(!(await cardsOf(page, 'Top 10')).includes(title))
  await goTo(page, title)
  await page.getByRole('button', { name: 'Not for me' }).click()
  await page.locator('button[aria-pressed="false"]', { hasText: 'Not for me' }).waitFor()
})

/** The address of the link that has the focus; null when none has. */
const focused = (page: Page): Promise<string | null> => page.evaluate(() => document.activeElement?.getAttribute('href') ?? null)
const focusBecomes = (page: Page, href: string | undefined): Promise<unknown> =>
  until(`the focus is on ${href}`, 10_000, async () => (await focused(page)) === href)

test('arrow keys move among the cards of a row, Tab leaves it, and back in the row is where one was', async () => {
  await using page = await openHome()
  const cards = await cardsOf(page, 'Top 10')
  const row = page.getByRole('list', { name: 'Top 10' })
  assert.equal(await row.locator('a[tabindex="0"]').count(), 1, 'one card of the row is reached by Tab')
  await row.locator('a[tabindex="0"]').focus()
  for (const [key, at] of [
    ['ArrowRight', 1],
    ['ArrowRight', 2],
    ['ArrowLeft', 1],
    ['End', cards.length - 1],
    ['ArrowRight', cards.length - 1],
    ['Home', 0],
    ['ArrowRight', 1],
  ] as const) {
    await page.keyboard.press(key)
    await focusBecomes(page, cards[at])
  }
  await page.keyboard.press('Tab')
  assert.ok(!(await row.evaluate((list) => list.contains(document.activeElement))), 'Tab leaves the row')
  await page.keyboard.press('Shift+Tab')
  await focusBecomes(page, cards[1])
})

test('a row leads to all of it, and back again', async () => {
  await using page = await openHome()
  const heading = 'Picked for you'
  const some = await cardsOf(page, heading)
  const link = page.getByRole('link', { name: `See all of ${heading}` })
  await link.focus()
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: heading, level: 1 }).waitFor()
  const all = await cardsOf(page, heading)
  assert.ok(all.length > some.length, `${all.length} cards, ${some.length} in the row`)
  assert.deepEqual(await violations(page), [])
  await look(page, '1280-row')
  await page.goBack()
  await until('the link has the focus again', 10_000, () => link.evaluate((found) => found === document.activeElement).catch(() => false))
})

test('what was typed wrong is corrected with one key, and a genre narrows what was found', async () => {
  await using page = await openHome()
  await page.getByRole('searchbox').fill('captian marmalaed')
  const meant = page.getByRole('link', { name: 'Captain Marmalade' }).first()
  await page.getByText('Did you mean').waitFor()
  await meant.focus()
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: '“Captain Marmalade”', level: 1 }).waitFor()
  await page.getByRole('searchbox').fill('the')
  const genres = page.getByRole('group', { name: 'Genres' })
  await genres.waitFor()
  const found = await cardsOf(page, 'Results')
  const genre = genres.getByRole('button').nth(1)
  await genre.focus()
  await page.keyboard.press('Enter')
  await page.locator('.chips button[aria-pressed="true"]').waitFor()
  await until('fewer are found', 10_000, async () => {
    const { length } = await cardsOf(page, 'Results')
    return length > 0 && length < found.length
  })
  await look(page, '1280-search')
  assert.deepEqual(await violations(page), [])
})

test('by the keyboard a member chooses a season of a series and reads its episodes', async () => {
  await using page = await openHome()
  const series = await platform.database.prisma.title.findFirst({
    where: { kind: 'SERIES', maturity: 0, episodes: { some: { season: 2 } } },
  })
  await goTo(page, `#/title/${series?.id}`)
  const season = page.getByRole('combobox', { name: 'Season' })
  await season.focus()
  await page.keyboard.press('ArrowDown')
  await page.getByRole('region', { name: 'Season 2' }).waitFor()
  assert.match((await page.locator('.episode').first().textContent()) ?? '', /S2 E1/)
  await page.locator('.episodes').scrollIntoViewIfNeeded()
  await look(page, '1280-season')
  assert.deepEqual(await violations(page), [])
})

test('where a picture cannot be had, a card is drawn with the name of its title', async () => {
  await using page = await openPage(browser, { isExpected: (text) => text.includes('ERR_FAILED') })
  await page.route(/\/art\/.*landscape/, (route) => route.abort())
  await signIn(page, platform.links.web)
  const drawn = page.locator('.cards .drawn').first()
  await drawn.waitFor()
  assert.equal(await drawn.textContent(), await page.locator('.card:has(.drawn) .card-name').first().textContent())
  await look(page, '1280-drawn')
  assert.deepEqual(await violations(page), [])
})

for (const [width, height] of [
  [360, 740],
  [1920, 1080],
] as const) {
  test(`home, a title, a genre and search are readable and without faults of access at ${width} px`, async () => {
    await using page = await openHome(width, height)
    const views: readonly (readonly [name: string, hash: string, heading: RegExp])[] = [
      ['home', '#/', /./],
      ['genre', '#/genre/Drama', /Drama/],
      ['title', (await cardsOf(page, 'Top 10'))[0] ?? '', /./],
      ['search', '#/search/harb', /harb/],
    ]
    for (const [name, hash, heading] of views) {
      await goTo(page, hash)
      await page.getByRole('heading', { name: heading, level: 1 }).waitFor()
      await page.locator('.card img').first().waitFor()
      await look(page, `${width}-${name}`)
      assert.deepEqual(await violations(page), [], name)
      const header = (await page.locator('.header').boundingBox())?.height ?? 0
      if (width < 720) assert.ok(header > 0 && header <= 64, `the header of ${name} is ${header} px high`)
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${name} is not wider than the window`)
    }
  })
}
