import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { packaged } from '#platform/contracts/topics/ingest.packaged.ts'
import type {
  AccountQuery,
  CancelSubscriptionMutation,
  ConfirmSignUpMutation,
  CreateProfileMutation,
  InvoicesQuery,
  PlansQuery,
  RefreshSessionMutation,
  SignOutMutation,
  SignUpMutation,
  SubscribeMutation,
  SwitchProfileMutation,
  ViewingHistoryQuery,
} from '../../bffs/web/documents.generated.ts'
import { bootPlatform, type Platform } from '../boot.ts'
import { type MailedCodes, readMails } from '../mails.ts'
import { Device, type DeviceKind, type Session, until } from '../member.ts'

const film = 't-0001'
let platform: Platform
let codes: MailedCodes
before(async () => {
  platform = await bootPlatform()
  codes = await readMails(platform.events)
  await platform.events.publish(packaged, [
    { uploadId: 'u-1', titleId: film, prefix: `streams/${film}/u-1`, durationMs: 600_000, renditions: [] },
  ])
  await until(
    'the film is playable',
    10_000,
    async () => (await platform.database.prisma.media.count({ where: { titleId: film, state: 'READY' } })) === 1,
  )
})
after(() => platform?.[Symbol.asyncDispose]())

/** The data of a document that must be answered without errors. */
const ask = async <D>(device: Device, name: string, variables: Readonly<Record<string, unknown>> = {}): Promise<D> => {
  const { data, errors } = await device.ask<D>(name, variables)
  assert.deepEqual(errors, [], name)
  return data
}

const password = 'correct horse battery'

/** Signs up with the code of the mail, as a member does. */
const signUp = async (device: Device, email: string): Promise<Session> => {
  const { signUp: started } = await ask<SignUpMutation>(device, 'signUp', { input: { email, password, profileName: 'Mia' } })
  assert.ok('signUpId' in started, JSON.stringify(started))
  const code = await codes.to(email)
  const { confirmSignUp: session } = await ask<ConfirmSignUpMutation>(device, 'confirmSignUp', { signUpId: started.signUpId, code })
  assert.ok('accessToken' in session, JSON.stringify(session))
  device.token = session.accessToken
  return session
}

const signInAgain = (device: Device, email: string): Promise<Session> => device.signIn(email, password)

const titlesSeen = async (device: Device): Promise<readonly string[]> =>
  (await ask<ViewingHistoryQuery>(device, 'viewingHistory')).viewingHistory.viewings.map(({ titleId }) => titleId)

for (const kind of ['tv', 'mobile', 'web'] as const satisfies readonly DeviceKind[]) {
  test(`${kind}: a member signs up, subscribes, plays, sees what was played, cancels and signs out`, async () => {
    const device = new Device(platform.links, kind)
    const email = `mia.${kind}@example.org`
    const session = await signUp(device, email)
    assert.equal(session.subscribed, false)
    assert.deepEqual(await device.play(film), {
      __typename: 'PlayRefusal',
      code: 'NO_SUBSCRIPTION',
      message: 'This account has no active subscription. Choose a plan to watch.',
      playing: [],
    })
    const [plan] = (await ask<PlansQuery>(device, 'plans')).plans
    assert.equal(plan?.priceCents, 599, 'the cheapest comes first')
    const { subscribe } = await ask<SubscribeMutation>(device, 'subscribe', { planId: plan?.id })
    assert.ok('state' in subscribe, JSON.stringify(subscribe))
    assert.deepEqual([subscribe.active, subscribe.state, subscribe.plan], [true, 'ACTIVE', { id: 'basic', name: 'Basic' }])
    const playback = await device.play(film)
    assert.ok('streams' in playback, JSON.stringify(playback))
    const { sessionId } = playback
    assert.equal(await device.heartbeat({ titleId: film, positionMs: 42_000, sessionId }), 202)
    await until('the history has it', 10_000, async () => (await titlesSeen(device)).includes(film))
    const { cancelSubscription } = await ask<CancelSubscriptionMutation>(device, 'cancelSubscription')
    assert.ok('state' in cancelSubscription && cancelSubscription.state === 'CANCELED', JSON.stringify(cancelSubscription))
    assert.ok('streams' in (await device.play(film)), 'what was canceled lasts until its period is over')
    const { invoices } = await ask<InvoicesQuery>(device, 'invoices')
    assert.deepEqual(
      invoices.map(({ state, totalMinor }) => [state, totalMinor]),
      [['PAID', 599]],
    )
    await platform.database.prisma.subscription.updateMany({
      where: { account: { email } },
      data: { periodEnd: new Date(Date.now() - 1_000) },
    })
    assert.equal(((await device.play(film)) as { code?: string }).code, 'NO_SUBSCRIPTION')
    const { account } = await ask<AccountQuery>(device, 'account')
    assert.deepEqual([account.email, account.membership?.active], [email, false])
    assert.equal((await ask<SignOutMutation>(device, 'signOut', { refreshToken: session.refreshToken })).signOut, true)
    assert.equal((await ask<SignOutMutation>(device, 'signOut', { refreshToken: session.refreshToken })).signOut, false)
  })

  test(`${kind}: a refresh token works once, and not after signing out`, async () => {
    const device = new Device(platform.links, kind)
    const first = await signUp(device, `refresh.${kind}@example.org`)
    const refresh = async (refreshToken: string) =>
      (await ask<RefreshSessionMutation>(device, 'refreshSession', { refreshToken })).refreshSession
    const second = await refresh(first.refreshToken)
    assert.ok('accessToken' in second && second.refreshToken !== first.refreshToken)
    await platform.database.pool.query(`update profile.session set renewed_at = renewed_at - interval '11 s'`)
    device.token = second.accessToken
    await ask<AccountQuery>(device, 'account')
    await ask<SignOutMutation>(device, 'signOut', { refreshToken: second.refreshToken })
    assert.equal(((await refresh(second.refreshToken)) as { code?: string }).code, 'SESSION_ENDED')
    const third = await signInAgain(device, `refresh.${kind}@example.org`)
    const fourth = await refresh(third.refreshToken)
    await platform.database.pool.query(`update profile.session set renewed_at = renewed_at - interval '11 s'`)
    assert.equal(((await refresh(third.refreshToken)) as { code?: string }).code, 'SESSION_ENDED')
    assert.ok('refreshToken' in fourth)
    assert.equal(((await refresh(fourth.refreshToken)) as { code?: string }).code, 'SESSION_ENDED')
  })

  test(`${kind}: each profile of an account has a history of its own`, async () => {
    const device = new Device(platform.links, kind)
    await signUp(device, `family.${kind}@example.org`)
    assert.equal(await device.heartbeat({ titleId: film, positionMs: 1_000 }), 202)
    await until('the history has it', 10_000, async () => (await titlesSeen(device)).includes(film))
    const { createProfile } = await ask<CreateProfileMutation>(device, 'createProfile', { input: { name: 'Tom', maturityLimit: 6 } })
    assert.ok('kids' in createProfile && createProfile.kids, JSON.stringify(createProfile))
    const { account } = await ask<AccountQuery>(device, 'account')
    assert.deepEqual(
      account.profiles.map(({ name }) => name),
      ['Mia', 'Tom'],
    )
    const { switchProfile } = await ask<SwitchProfileMutation>(device, 'switchProfile', { profileId: createProfile.id })
    assert.ok('accessToken' in switchProfile && switchProfile.profile.name === 'Tom')
    device.token = switchProfile.accessToken
    assert.deepEqual(await titlesSeen(device), [])
  })

  test(`${kind}: nobody who is not signed in gets an account, a history, a profile or a subscription`, async () => {
    const device = new Device(platform.links, kind)
    const asked = {
      account: {},
      viewingHistory: {},
      sessions: {},
      endSession: { id: 's' },
      endSessions: { keepThis: false },
      changePassword: { password: 'correct horse', newPassword: 'battery staple' },
      createProfile: { input: { name: 'Tom' } },
      subscribe: { planId: 'basic' },
      cancelSubscription: {},
      pauseSubscription: {},
      resumeSubscription: {},
      planChange: { planId: 'basic' },
      invoices: {},
    }
    for (const [name, variables] of Object.entries(asked))
      assert.deepEqual(
        (await device.ask(name, variables)).errors.map(({ extensions }) => extensions?.code),
        ['UNAUTHENTICATED'],
        name,
      )
  })
}
