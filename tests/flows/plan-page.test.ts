import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { addAccount } from '../accounts.ts'
import { bootPlatform, type Platform } from '../boot.ts'
import { SharedBrowser } from '../browser.ts'
import { goTo, openPage } from '../page.ts'

const browser = new SharedBrowser()
let platform: Platform
before(async () => {
  platform = await bootPlatform()
})
after(async () => {
  await browser[Symbol.asyncDispose]()
  await platform?.[Symbol.asyncDispose]()
})

test('in the page: a member chooses a plan, sees what a change costs before it is made, reads the invoices, cancels and takes it back', async () => {
  const [email, password] = ['plan.page@example.org', 'correct horse battery']
  await addAccount(platform.database, { email, password })
  await using page = await openPage(browser)
  await page.goto(platform.links.web)
  await page.getByLabel('E-mail').fill(email)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: 'Top 10' }).waitFor()
  await goTo(page, '#/account')
  await page.getByText('You have no plan yet.').waitFor()
  await page.getByRole('button', { name: 'Choose Basic' }).click()
  await page.getByText('Basic is paid until').waitFor()
  await page.getByRole('button', { name: 'Choose Premium' }).click()
  const confirm = page.getByRole('region', { name: 'Change of plan' })
  await confirm.getByText('is charged now').waitFor()
  const shown = /\$([\d.]+) is charged now/.exec((await confirm.textContent()) ?? '')?.[1]
  await confirm.getByRole('button', { name: 'Change to Premium' }).click()
  await page.getByText('Premium is paid until').waitFor()
  const invoices = page.getByRole('list', { name: 'Invoices' })
  await invoices.getByText('Premium for').waitFor()
  assert.equal(await invoices.getByRole('listitem').count(), 2)
  assert.ok(((await invoices.textContent()) ?? '').includes(`$${shown}`), `${shown} was shown before it was charged`)
  await page.getByRole('button', { name: 'Cancel the plan' }).click()
  await page.getByText('Premium is canceled and ends on').waitFor()
  await page.getByRole('button', { name: 'Resume' }).click()
  await page.getByText('Premium is paid until').waitFor()
  await page.close()
})
