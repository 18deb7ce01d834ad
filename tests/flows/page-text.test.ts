import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import type { SignUpMutation } from '../../bffs/web/documents.generated.ts'
import { bootPlatform, type Platform } from '../boot.ts'
import { SharedBrowser } from '../browser.ts'
import { Device, until } from '../member.ts'

const browser = new SharedBrowser()
let platform: Platform
before(async () => {
  platform = await bootPlatform()
})
after(async () => {
  await browser[Symbol.asyncDispose]()
  await platform?.[Symbol.asyncDispose]()
})

/** A page that fails its test when one of its scripts throws. */
const openPage = async (): Promise<Page & AsyncDisposable> => {
  const page = await (await browser.get()).newPage({ viewport: { width: 1280, height: 800 } })
  const wrong: string[] = []
  page.on('pageerror', (error) => wrong.push(error.message))
  const close = async (): Promise<void> => {
    await page.close()
    assert.deepEqual(wrong, [], 'nothing went wrong in the page')
  }
  return Object.assign(page, { [Symbol.asyncDispose]: close })
}

const show = (page: Page, hash: string): Promise<void> =>
  page.evaluate((to) => {
    location.hash = to
  }, hash)

test('an address that names no view, however it is written, shows that, and the page goes on from there', async () => {
  await using page = await openPage()
  await page.goto(`${platform.links.web}/#/%`)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: 'Not here' }).waitFor()
  for (const hash of ['#/%E0%A4%A', '#/%00', '#/nothing', '#/__proto__', '#/<img src=x onerror=alert(1)>', '#/title/%', '#/title/%ff']) {
    await show(page, '#/')
    await page.getByRole('heading', { name: 'Top 10' }).waitFor()
    await show(page, hash)
    await page.getByRole('heading', { name: 'Not here' }).waitFor()
  }
  await page.getByRole('link', { name: 'Back to home' }).click()
  await page.getByRole('heading', { name: 'Top 10' }).waitFor()
})

/** Forty signs, as many as a profile name may have: markup, both quotes, an ampersand, and a mark that turns the direction. */
const markup = `<img src=x onerror=document.title=1>"'&\u200f`

test('names, titles, searches and refusals are shown as the text that they are, whatever they are made of', async () => {
  await using page = await openPage()
  const member = new Device(platform.links, 'web')
  const input = { email: 'markup@example.org', password: 'correct horse battery', profileName: markup }
  const { data, errors } = await member.ask<SignUpMutation>('signUp', { input })
  assert.ok('accessToken' in data.signUp, JSON.stringify([data, errors]))
  await platform.database.prisma.title.update({ where: { id: 't-0012' }, data: { name: markup, synopsis: markup, genres: [markup] } })
  const isText = async (what: string): Promise<void> => {
    assert.equal(await page.title(), 'Cinegraph', `${what}: nothing ran`)
    assert.equal(await page.locator('img[src="x"]').count(), 0, `${what}: no element was made of it`)
  }
  await page.goto(platform.links.web)
  await page.route('**/graphql', (route) => route.fulfill({ json: { data: null, errors: [{ message: markup }] } }), { times: 1 })
  await page.getByRole('button', { name: 'Sign in' }).click()
  await until('the refusal is shown', 10_000, async () => (await page.locator('[role=alert]').textContent()) === markup)
  await isText('a refusal')
  await page.locator('input[name=email]').fill(input.email)
  await page.locator('input[name=password]').fill(input.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await until('the profile is shown', 20_000, async () => (await page.locator('.profile option').textContent()) === markup)
  await isText('a profile name')
  for (const [what, hash] of [
    ['a title', '#/title/t-0012'],
    ['a search', `#/search/${encodeURIComponent(markup)}`],
  ] as const) {
    await show(page, hash)
    await until(`${what} is shown`, 20_000, async () => (await page.locator('main h1').first().textContent())?.includes(markup))
    await isText(what)
  }
  await show(page, `#/watch/${encodeURIComponent(markup)}`)
  await page.locator('main [role=alert], main .notice, main .error').first().waitFor()
  await isText('a film that is not there')
})
