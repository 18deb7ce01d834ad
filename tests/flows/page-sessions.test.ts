import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { BrowserContext, Page } from 'playwright-core'
import { operatorEmail } from '../../prisma/seed/members.ts'
import { ingestFilm } from '../../start/ingest.ts'
import { makeFootage } from '../../workers/transcode/footage.ts'
import { bootPlatform, type Platform, temporaryFolder } from '../boot.ts'
import { SharedBrowser } from '../browser.ts'
import { until } from '../member.ts'
import { goTo } from '../page.ts'

const browser = new SharedBrowser()
let platform: Platform
let titleId = ''

before(async () => {
  platform = await bootPlatform({ workers: true })
  await using folder = await temporaryFolder()
  const file = await makeFootage(1, 12, { workDir: folder.path })
  const operator = { email: operatorEmail, password: 'operator-for-tests' }
  const film = { file, title: 'Slow Light', kind: 'FILM', maturity: 0, genres: ['Drama'] } as const
  ;({ titleId } = await ingestFilm(film, { supergraph: platform.links.supergraph, operator, onProgress: () => undefined }))
})
after(async () => {
  await browser[Symbol.asyncDispose]()
  await platform?.[Symbol.asyncDispose]()
})

/** A browser of its own, with what it stores; its pages are tabs. */
const openContext = async (): Promise<BrowserContext & AsyncDisposable> => {
  const context = await (await browser.get()).newContext({ viewport: { width: 1280, height: 800 } })
  context.setDefaultTimeout(90_000)
  return Object.assign(context, { [Symbol.asyncDispose]: () => context.close() })
}
const home = (page: Page) => page.getByRole('heading', { name: 'Top 10' }).waitFor()
const signInForm = (page: Page) => page.getByRole('button', { name: 'Sign in' }).waitFor()
const signIn = async (page: Page): Promise<void> => {
  await page.goto(platform.links.web)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await home(page)
}
const profileIn = (page: Page): Promise<string> => page.getByRole('combobox', { name: 'Profile' }).inputValue()
const watch = async (page: Page, second: number): Promise<void> => {
  // NOTE: a profile that has just been changed to begins at home, wherever one has gone meanwhile.
  await until('the film plays', 90_000, async () => {
    await goTo(page, `#/watch/${titleId}`)
    return page.evaluate((wanted) => (document.querySelector('video')?.currentTime ?? 0) > wanted, second)
  })
  await goTo(page, '#/')
  await home(page)
}
/** Sittings of a profile with the film. */
const sittings = async (profileId: string): Promise<readonly string[]> =>
  (await platform.database.prisma.viewing.findMany({ where: { profileId, titleId } })).map(({ sessionId }) => sessionId)

test('what one profile watched while nothing could be reported is in no other profile’s history', { timeout: 400_000 }, async () => {
  await using context = await openContext()
  const page = await context.newPage()
  await signIn(page)
  const mum = await profileIn(page)
  let unsent = 0
  await page.route('**/heartbeat', (route) => {
    unsent += 1
    return route.abort()
  })
  await watch(page, 2)
  assert.ok(unsent > 0)
  await page.unroute('**/heartbeat')
  await page.getByRole('combobox', { name: 'Profile' }).selectOption({ label: 'Grace' })
  await page.waitForFunction((before) => document.querySelector<HTMLSelectElement>('.profile select')?.value !== before, mum)
  const grace = await profileIn(page)
  await home(page)
  await watch(page, 1)
  const hers = await until('what Grace watched is there', 20_000, async () => {
    const found = await sittings(grace)
    return found.length > 0 && found
  })
  const his = await until('what waited is where it belongs', 20_000, async () => {
    const found = await sittings(mum)
    return found.length > 0 && found
  })
  assert.deepEqual([hers.length, his.length], [1, 1])
  assert.notDeepEqual(hers, his)
})

test('a report that waits when a member signs out is nobody’s who signs in next', { timeout: 400_000 }, async () => {
  await using context = await openContext()
  const page = await context.newPage()
  await signIn(page)
  await page.route('**/heartbeat', (route) => route.abort())
  await watch(page, 1)
  await page.getByRole('button', { name: 'Sign out' }).click()
  await signInForm(page)
  await page.unroute('**/heartbeat')
  const sent: string[] = []
  page.on('request', (request) => request.url().endsWith('/heartbeat') && sent.push(request.postData() ?? ''))
  const { prisma } = platform.database
  const grace = await prisma.profile.findFirstOrThrow({ where: { accountId: 'a-demo', name: 'Grace' } })
  await page.getByRole('button', { name: 'Sign in' }).click()
  await home(page)
  await page.getByRole('combobox', { name: 'Profile' }).selectOption(grace.id)
  await page.waitForFunction((id) => document.querySelector<HTMLSelectElement>('.profile select')?.value === id, grace.id)
  await watch(page, 1)
  await until('what is watched now is reported', 20_000, async () => sent.length > 0)
  const sessions = new Set(sent.flatMap((body) => (JSON.parse(body) as { sessionId: string }[]).map(({ sessionId }) => sessionId)))
  assert.equal(sessions.size, 1, 'of one playback only')
})

/** As when its access token has run out. */
const expire = (page: Page): Promise<void> =>
  page.evaluate(() => {
    const session = JSON.parse(localStorage.getItem('cinegraph.web') ?? '{}') as object
    localStorage.setItem('cinegraph.web', JSON.stringify({ ...session, accessToken: 'expired' }))
  })

test('tabs of a browser share one session: a new one is signed in, one renews for all, and who leaves one leaves all', {
  timeout: 400_000,
}, async () => {
  await using context = await openContext()
  const first = await context.newPage()
  await signIn(first)
  const opened = context.waitForEvent('page')
  await first.evaluate((url) => void window.open(url), platform.links.web)
  const [duplicate, fresh] = [await opened, await context.newPage()]
  await fresh.goto(platform.links.web)
  const tabs = [first, duplicate, fresh]
  for (const tab of tabs) await home(tab)
  const renewals: string[] = []
  context.on('request', (request) => {
    if (request.postData()?.includes('mutation RefreshSession') === true) renewals.push(request.postData() ?? '')
  })
  for (let round = 1; round <= 2; round += 1) {
    await expire(first)
    for (const tab of tabs) await goTo(tab, '#/search/orbital')
    for (const tab of tabs) await tab.getByText(/\d+ titles?/).waitFor()
    for (const tab of tabs) await goTo(tab, '#/')
    for (const tab of tabs) await home(tab)
    assert.equal(renewals.length, round)
    // NOTE: two uses of one refresh token within ten seconds are forgiven.
    await platform.database.prisma.session.updateMany({ data: { renewedAt: new Date(Date.now() - 60_000) } })
  }
  assert.equal(new Set(renewals).size, 2)
  await duplicate.getByRole('combobox', { name: 'Profile' }).selectOption({ label: 'Kids' })
  await until('every tab is the profile that was chosen', 20_000, async () => {
    const shown = await Promise.all(tabs.map(profileIn))
    return new Set(shown).size === 1 && shown[0]?.includes('kids')
  })
  await fresh.close()
  const reopened = await context.newPage()
  await reopened.goto(platform.links.web)
  await home(reopened)
  await first.getByRole('button', { name: 'Sign out' }).click()
  for (const tab of [first, duplicate, reopened]) await signInForm(tab)
})

test('who could not be signed out everywhere is told so, and stays', { timeout: 400_000 }, async () => {
  await using context = await openContext()
  const page = await context.newPage()
  await signIn(page)
  await goTo(page, '#/account')
  const endAll = page.getByRole('button', { name: 'Sign out everywhere' })
  await endAll.waitFor()
  await page.route('**/graphql', (route) => route.abort())
  await endAll.click()
  await page.getByRole('status').filter({ hasText: 'cannot be reached' }).waitFor()
  await page.unroute('**/graphql')
  const { prisma } = platform.database
  const id = await profileIn(page)
  const before = await prisma.session.count()
  await prisma.profile.update({ where: { id }, data: { kids: true } })
  await endAll.click()
  await page.getByRole('status').filter({ hasText: 'profile for children' }).waitFor()
  assert.equal(await prisma.session.count(), before)
  await prisma.profile.update({ where: { id }, data: { kids: false } })
  await endAll.click()
  await signInForm(page)
})

test('who signs out while nothing can be reached is signed out here, and told what is left to do', { timeout: 400_000 }, async () => {
  await using context = await openContext()
  const page = await context.newPage()
  await signIn(page)
  await page.route('**/graphql', (route) => route.abort())
  await page.getByRole('button', { name: 'Sign out' }).click()
  await signInForm(page)
  await page.getByRole('status').filter({ hasText: 'could not be told' }).waitFor()
})

test('a profile for children sees nothing of the account', { timeout: 400_000 }, async () => {
  await using context = await openContext()
  const page = await context.newPage()
  await signIn(page)
  await page.getByRole('link', { name: 'Account' }).waitFor()
  await page.getByRole('combobox', { name: 'Profile' }).selectOption({ label: 'Kids' })
  await page.getByRole('link', { name: 'Account' }).waitFor({ state: 'detached' })
  await goTo(page, '#/account')
  await page.getByText('A profile for children cannot see the account.').waitFor()
  const text = await page.locator('main').innerText()
  assert.ok(!text.includes('@') && (await page.locator('main button, main form').count()) === 0, text)
})
