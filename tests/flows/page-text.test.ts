import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { bootPlatform, type Platform } from '../boot.ts'
import { SharedBrowser } from '../browser.ts'

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
