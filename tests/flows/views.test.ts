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
  await page.getByRole('link', { name: 'My list' }).click()
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
