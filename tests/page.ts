import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { packageFile } from '#platform/process/package-file.ts'
import type { SharedBrowser } from './browser.ts'

/** axe-core, to be run in a page. */
export const axe = readFileSync(packageFile('axe-core/axe.min.js'), 'utf8')
const screenshots = process.env.CINEGRAPH_TEST_SCREENSHOTS

type Opened = {
  readonly viewport?: { readonly width: number; readonly height: number }
  /** Which errors in its console are none. */
  readonly isExpected?: (text: string) => boolean
}

/** A page that fails its test when one of its scripts throws, or anything else goes wrong in its console. */
export const openPage = async (
  browser: SharedBrowser,
  { viewport = { width: 1280, height: 800 }, isExpected = () => false }: Opened = {},
): Promise<Page & AsyncDisposable> => {
  const page = await (await browser.get()).newPage({ viewport })
  // NOTE: one device, whichever page a test opens, or the account's places are soon taken by pages that are closed already.
  await page.addInitScript(() => location.protocol.startsWith('http') && localStorage.setItem('cinegraph.device', 'browser'))
  const wrong: string[] = []
  page.on('pageerror', (error) => wrong.push(error.message))
  page.on('console', (message) => message.type() === 'error' && !isExpected(message.text()) && wrong.push(message.text()))
  const close = async (): Promise<void> => {
    await page.close()
    assert.deepEqual(wrong, [], 'nothing went wrong in the page')
  }
  return Object.assign(page, { [Symbol.asyncDispose]: close })
}

/** Signs the demo's member in, who is filled in, and waits for the home screen. */
export const signIn = async (page: Page, url: string): Promise<void> => {
  await page.goto(url)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: 'Top 10' }).waitFor()
}

/** Goes to a view by its address. */
export const goTo = (page: Page, hash: string): Promise<void> =>
  page.evaluate((to) => {
    location.hash = to
  }, hash)

/** Keeps a picture of the page where somebody wants to look at it. */
export const look = async (page: Page, name: string): Promise<void> => {
  if (screenshots !== undefined) await page.screenshot({ path: join(screenshots, `${name}.png`) })
}

/** WCAG 2.1 A and AA, by axe-core. */
export const violations = async (page: Page): Promise<readonly string[]> => {
  // NOTE: through the debugger's own world, because the page's policy rightly lets no foreign script in.
  await page.evaluate(axe)
  const found = await page.evaluate(() =>
    (
      globalThis as unknown as { axe: { run: (options: object) => Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> } }
    ).axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] }),
  )
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 120)).join(' | ')}`)
}
