import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { bootPlatform, type Platform } from '../boot.ts'
import { SharedBrowser } from '../browser.ts'
import { readMails } from '../mails.ts'
import { Device, until } from '../member.ts'
import { axe, goTo, openPage, violations } from '../page.ts'

const password = 'popcorn-demo'
const browser = new SharedBrowser()
let platform: Platform
before(async () => {
  platform = await bootPlatform()
})
after(async () => {
  await browser[Symbol.asyncDispose]()
  await platform?.[Symbol.asyncDispose]()
})

/** A page in which a member is signed in, at a view; it fails its test when anything goes wrong in its console. */
const openAs = async (email: string, view: string, secret = password): Promise<Page & AsyncDisposable> => {
  // NOTE: Chromium reports an answer of 429 there, which is one.
  const page = await openPage(browser, { viewport: { width: 1280, height: 900 }, isExpected: (text) => /status of 429/.test(text) })
  await page.goto(platform.links.web)
  await page.getByLabel('E-mail address').fill(email)
  await page.getByLabel('Password').fill(secret)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('button', { name: 'Sign out' }).waitFor()
  await page.goto(`${platform.links.web}/#/${view}`)
  await page.getByRole('main').waitFor()
  return page
}

const said = (page: Page, text: string) => page.getByRole('status').filter({ hasText: text }).waitFor()
const chosen = (page: Page): Promise<string> =>
  page.locator('.header .profile select').evaluate((select) => (select as HTMLSelectElement).selectedOptions[0]?.text ?? '')

test('a member sees where the account is signed in, signs out one device, all others, and then everywhere', {
  timeout: 240_000,
}, async () => {
  const [tv, phone] = [new Device(platform.links, 'tv', { id: 'living-room' }), new Device(platform.links, 'mobile', { id: 'pocket' })]
  for (const device of [tv, phone]) await device.signIn('lapsed@cinegraph.example')
  await using page = await openAs('lapsed@cinegraph.example', 'account')
  await page.getByText('living-room').waitFor()
  await page.getByRole('listitem').filter({ hasText: 'living-room' }).getByRole('button').click()
  await said(page, 'It is signed out.')
  await page.getByText('living-room').waitFor({ state: 'detached' })
  await page.getByText('pocket').waitFor()
  await page.getByRole('button', { name: 'Sign out all others' }).click()
  await said(page, 'All other devices are signed out.')
  await page.getByText('pocket').waitFor({ state: 'detached' })
  for (const device of [tv, phone])
    await until('it is refused', 10_000, async () => (await device.ask('account')).errors[0]?.extensions?.code === 'UNAUTHENTICATED')
  await page.getByRole('button', { name: 'Sign out everywhere' }).click()
  await page.getByRole('heading', { name: 'Good to see you' }).waitFor()
})

test('a member changes the password in the page, and signs in with the new one only', { timeout: 240_000 }, async () => {
  await using page = await openAs('new@cinegraph.example', 'account')
  const form = page.getByRole('form', { name: 'Change the password' })
  await form.getByLabel('Password', { exact: true }).fill('not this one')
  await form.getByLabel('New password').fill('a longer password')
  await form.getByRole('button').click()
  await said(page, 'The password is wrong.')
  await form.getByLabel('Password', { exact: true }).fill(password)
  await form.getByLabel('New password').fill('a longer password')
  await form.getByRole('button').click()
  await said(page, 'The password is changed')
  await assert.rejects(new Device(platform.links, 'tv').signIn('new@cinegraph.example', password))
  await using again = await openAs('new@cinegraph.example', 'account', 'a longer password')
  await again.getByText('new@cinegraph.example').waitFor()
})

test('somebody signs up in the page with the code of a mail, forgets the password, and sets another by the link', {
  timeout: 240_000,
}, async () => {
  const [mailed, newcomer] = [await readMails(platform.events), 'newcomer@example.org']
  await using page = await openPage(browser)
  await page.goto(platform.links.web)
  await page.getByRole('link', { name: 'Create an account' }).click()
  await page.getByLabel('Your name').fill('Mia')
  await page.getByLabel('E-mail address').fill(newcomer)
  await page.getByLabel('Password').fill('correct horse')
  await page.getByLabel('Plan').selectOption({ index: 1 })
  await page.getByRole('button', { name: 'Mail me a code' }).click()
  await page.getByLabel('Code of the mail').fill('BBBB-BBBB')
  assert.deepEqual(await violations(page), [])
  await page.getByRole('button', { name: 'Begin' }).click()
  await page.getByRole('alert').filter({ hasText: 'The code is wrong.' }).waitFor()
  await page.reload()
  await page.getByLabel('Code of the mail').fill(await mailed.to(newcomer))
  await page.getByRole('button', { name: 'Begin' }).click()
  await page.getByRole('heading', { name: 'Top 10' }).waitFor()
  assert.equal(await chosen(page), 'Mia')
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByRole('link', { name: 'Forgotten your password?' }).click()
  await page.getByLabel('E-mail address').fill(newcomer)
  await page.getByRole('button', { name: 'Mail me a link' }).click()
  await said(page, 'A mail is on its way')
  await goTo(page, `#/reset/${await mailed.to(newcomer, 2)}`)
  await page.getByLabel('New password').fill('battery staple')
  await page.getByRole('button', { name: 'Set the password' }).click()
  await said(page, 'Your password is changed.')
  await page.getByLabel('E-mail address').fill(newcomer)
  await page.getByLabel('Password').fill('battery staple')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('button', { name: 'Sign out' }).waitFor()
})

test('a member adds, changes and deletes profiles, sets a PIN, and children leave theirs with it only', { timeout: 240_000 }, async () => {
  await using page = await openAs('noor@cinegraph.example', 'account')
  const adding = page.getByRole('form', { name: 'Add a profile' })
  await adding.getByLabel('Name').fill('Tom')
  await adding.getByLabel('For children').check()
  await adding.getByRole('button').click()
  await said(page, 'Tom is added.')
  const changing = page.getByRole('form', { name: 'Profile Sam' })
  await changing.getByLabel('Name').fill('Samuel')
  await changing.getByRole('button', { name: 'Save' }).click()
  await said(page, 'Samuel is saved.')
  const pin = page.getByRole('form', { name: 'PIN of the account' })
  await pin.getByLabel('New PIN').fill('2468')
  await pin.getByLabel('Password').fill(password)
  await pin.getByRole('button').click()
  await said(page, 'The PIN is set.')
  await page.evaluate(axe)
  const faults = await page.evaluate(async () => {
    const { violations } = await (globalThis as unknown as { axe: { run: () => Promise<{ violations: { id: string }[] }> } }).axe.run()
    return violations.map(({ id }) => id)
  })
  assert.deepEqual(faults, [])
  await page.locator('.header .profile select').selectOption('Tom')
  await until('Tom watches', 10_000, async () => (await chosen(page)) === 'Tom')
  await page.locator('.header .profile select').selectOption('Noor')
  const asked = page.getByRole('form', { name: 'PIN', exact: true })
  await asked.getByLabel('PIN').fill('1111')
  await asked.getByRole('button', { name: 'Go on' }).click()
  await asked.getByText('The PIN is wrong.').waitFor()
  assert.equal(await chosen(page), 'Tom')
  await asked.getByLabel('PIN').fill('2468')
  await asked.getByRole('button', { name: 'Go on' }).click()
  await asked.waitFor({ state: 'detached' })
  assert.equal(await chosen(page), 'Noor')
  await page.goto(`${platform.links.web}/#/account`)
  const form = page.getByRole('form', { name: 'Profile Tom' })
  assert.equal(await form.getByRole('button', { name: 'Delete Tom' }).isVisible(), false, 'it takes a second step')
  await form.getByText('Delete the profile').click()
  await form.getByRole('button', { name: 'Delete Tom' }).click()
  await said(page, 'Tom is deleted.')
  await page.getByRole('form', { name: 'Profile Tom' }).waitFor({ state: 'detached' })
  await until('it is gone from the header', 10_000, async () => (await page.getByRole('option', { name: 'Tom' }).count()) === 0)
})

test('a member saves all that is known, deletes the account, and takes that back', { timeout: 240_000 }, async () => {
  await using page = await openAs('demo@cinegraph.example', 'account')
  const download = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Save all that is known of this profile' }).click()
  const saved = JSON.parse(await readFile(await (await download).path(), 'utf8'))
  assert.equal(saved.account.email, 'demo@cinegraph.example')
  assert.ok(saved.viewings.length > 3)
  const form = page.getByRole('form', { name: 'Delete the account' })
  await form.getByLabel('Password').fill(password)
  await form.getByRole('button').click()
  await page.getByText('It is deleted on').waitFor()
  await page.getByRole('button', { name: 'Keep it' }).click()
  await form.waitFor()
  const { deleteAt } = await platform.database.prisma.account.findUniqueOrThrow({ where: { id: 'a-demo' } })
  assert.equal(deleteAt, null)
})

test('a member lets a television in by the code on its screen', { timeout: 240_000 }, async () => {
  const tv = new Device(platform.links, 'tv')
  const { data } = await tv.ask<{ startSignInCode: { deviceCode: string; userCode: string; verificationUriComplete: string } }>(
    'startSignInCode',
  )
  const { deviceCode, userCode, verificationUriComplete } = data.startSignInCode
  await using page = await openAs('demo@cinegraph.example', new URL(verificationUriComplete).hash.slice(2))
  assert.equal(await page.getByLabel('Code on the screen').inputValue(), userCode)
  await page.getByRole('button', { name: 'Let it in' }).click()
  await said(page, 'Your television is signed in.')
  const { data: redeemed } = await tv.ask<{ signInWithCode: { accessToken?: string } }>('signInWithCode', { deviceCode })
  assert.ok(redeemed.signInWithCode.accessToken)
})
