import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import type {
  AccountQuery,
  ConfirmSignUpMutation,
  CreateProfileMutation,
  PlansQuery,
  SignUpMutation,
  SubscribeMutation,
} from '../bffs/web/documents.generated.ts'
import type { Links } from '../start/links.ts'
import { Device, until } from './member.ts'

/** A check of one write that the service has acknowledged; it fails when the write is lost. */
export type Kept = () => Promise<void>

const password = 'correct horse battery'
const keptMs = 60_000

/** Null when the service does not answer, or not without errors: nothing is acknowledged then. */
const answerTo = async <D>(device: Device, name: string, variables: Readonly<Record<string, unknown>> = {}): Promise<D | null> => {
  const answer = await device.ask<D>(name, variables).catch(() => null)
  return answer === null || answer.errors.length > 0 ? null : answer.data
}

const accountOf = async (links: Links, email: string): Promise<AccountQuery['account']> => {
  const device = new Device(links, 'web')
  await device.signIn(email, password)
  const answer = await answerTo<AccountQuery>(device, 'account')
  assert.ok(answer, `${email} has an account`)
  return answer.account
}

/** The code that was mailed to an address, as the page of mails shows it. */
const codeFor = async ({ mail }: Links, email: string): Promise<string | undefined> => {
  const page = await fetch(mail).then(
    (response) => response.text(),
    () => '',
  )
  const found = page.split('<article>').find((article) => article.includes(`To: ${email}<`))
  return /^[A-Z]{4}-[A-Z]{4}$/m.exec(found ?? '')?.[0]
}

/** Signs up, subscribes and makes a profile. Gives a check of each of these that was acknowledged. */
export const newMember = async (links: Links, email: string): Promise<readonly Kept[]> => {
  const device = new Device(links, 'web')
  const input = { email, password, profileName: 'Mia' }
  const started = await answerTo<SignUpMutation>(device, 'signUp', { input })
  if (started === null || !('signUpId' in started.signUp)) return []
  const { signUpId } = started.signUp
  const code = await until(`the code for ${email} is mailed`, keptMs, () => codeFor(links, email))
  const signedUp = await answerTo<ConfirmSignUpMutation>(device, 'confirmSignUp', { signUpId, code })
  if (signedUp === null || !('accessToken' in signedUp.confirmSignUp)) return []
  device.token = signedUp.confirmSignUp.accessToken
  const kept: Kept[] = [async () => assert.equal((await accountOf(links, email)).email, email)]
  const plan = (await answerTo<PlansQuery>(device, 'plans'))?.plans[0]
  const subscribed = plan && (await answerTo<SubscribeMutation>(device, 'subscribe', { planId: plan.id }))
  if (subscribed?.subscribe.__typename === 'Membership')
    kept.push(async () => assert.equal((await accountOf(links, email)).membership?.active, true, `${email} is subscribed`))
  const made = await answerTo<CreateProfileMutation>(device, 'createProfile', { input: { name: 'Tom', maturityLimit: 6 } })
  if (made?.createProfile.__typename === 'Profile')
    kept.push(async () => {
      const names = (await accountOf(links, email)).profiles.map(({ name }) => name)
      assert.ok(names.includes('Tom'), `${email} has the profile: ${names.join()}`)
    })
  return kept
}

type Ticket = { readonly id: string; readonly partUrls: readonly string[] }

/** Sends the only part of an upload. When it was acknowledged, gives a check that the upload can be finished. */
export const newUpload = async (links: Links, token: string): Promise<readonly Kept[]> => {
  const film = randomBytes(1_000)
  const sha256 = createHash('sha256').update(film).digest('hex')
  const ask = async (query: string): Promise<Record<string, unknown> | null> => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` }
    const response = await fetch(`${links.supergraph}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }) })
    return ((await response.json()) as { data: Record<string, unknown> | null }).data
  }
  const start = `mutation { startUpload(input: { title: "Film", bytes: ${film.length}, sha256: "${sha256}" }) { id partUrls } }`
  const ticket = (await ask(start).catch(() => null))?.startUpload as Ticket | undefined
  const [url = ''] = ticket?.partUrls ?? []
  const status = await fetch(url, { method: 'PUT', body: new Uint8Array(film) }).then(
    (response) => response.status,
    () => 0,
  )
  if (ticket === undefined || status >= 300 || status === 0) return []
  const finish = `mutation { finishUpload(id: "${ticket.id}") { step } }`
  const isFinished = async (): Promise<boolean> => ((await ask(finish).catch(() => null))?.finishUpload ?? null) !== null
  return [async () => void (await until(`upload ${ticket.id} is finished`, keptMs, isFinished))]
}
