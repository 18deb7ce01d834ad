import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { EmailAddress } from '#platform/contracts/fields.ts'
import type { EventOf } from '#platform/contracts/topic.ts'
import { subscriptions } from '#platform/contracts/topics/profile.subscriptions.ts'
import { type MailedCodes, readMails } from '../../tests/mails.ts'
import { until } from '../../tests/member.ts'
import { type ServedSubgraph, serveSubgraph } from '../../tests/subgraph.ts'

let profile: ServedSubgraph
let mailed: MailedCodes
const started: EventOf<typeof subscriptions>[] = []
const startedOf = (accountId: string) => started.filter((event) => event.accountId === accountId)
before(async () => {
  profile = await serveSubgraph('profile')
  const handle = async (batch: readonly { readonly data: EventOf<typeof subscriptions> }[]) =>
    void started.push(...batch.map(({ data }) => data))
  await profile.events.consume({ topic: subscriptions, group: 'notify', handle })
  mailed = await readMails(profile.events)
})
after(() => profile[Symbol.asyncDispose]())

const session =
  '__typename ... on Session { accessToken refreshToken profile { id name } account { email subscription { active } } } ... on Refusal { code }'
const run = async (
  name: string,
  call: string,
  viewer: object | null = null,
): Promise<Record<string, never> & { __typename: string; code?: string; accessToken: string; refreshToken: string }> =>
  (await profile.ask(`mutation { ${name}${call} { ${session} } }`, {}, viewer)).data[name] as never

const begin = async (email: string, { password = 'correct horse', more = '' } = {}) =>
  (
    await profile.ask(
      `mutation ($email: String!, $password: String!) { signUp(input: { email: $email, password: $password, profileName: "P" ${more} }) { ... on SignUpStarted { signUpId } ... on Refusal { code } } }`,
      { email, password },
      null,
    )
  ).data.signUp as unknown as { readonly signUpId: string; readonly code?: string }
const confirm = (signUpId: string, code: string) => run('confirmSignUp', `(signUpId: "${signUpId}", code: "${code}")`)
/** Signs up with the code of the mail. `address` is how the address is kept. */
const signUp = async (email: string, { address = email, ...more }: { address?: string; password?: string; more?: string } = {}) => {
  const { signUpId } = await begin(email, more)
  return confirm(signUpId, await mailed.to(address))
}

test('a member signs up, signs in, renews the session once per token, and signs out', async () => {
  const signedUp = await signUp('Mia@Example.org', { address: 'mia@example.org' })
  assert.equal(signedUp.__typename, 'Session')
  const signedIn = await run('signIn', '(email: "mia@example.org ", password: "correct horse")')
  const renewed = await run('refreshSession', `(refreshToken: "${signedIn.refreshToken}")`)
  assert.equal(renewed.__typename, 'Session')
  assert.notEqual(renewed.refreshToken, signedIn.refreshToken)
  const signOut = `mutation { signOut(refreshToken: "${renewed.refreshToken}") }`
  assert.equal((await profile.ask(signOut)).data.signOut, true)
  assert.equal((await run('refreshSession', `(refreshToken: "${renewed.refreshToken}")`)).code, 'SESSION_ENDED')
})

const signInDemo = () => run('signIn', '(email: "demo@cinegraph.example", password: "popcorn-demo")')
const renew = (refreshToken: string) => run('refreshSession', `(refreshToken: "${refreshToken}")`)
/** Lets the moment pass in which a token that was renewed gives its successor again. */
const afterGrace = () => profile.database.pool.query(`update profile.session set renewed_at = renewed_at - interval '11 s'`)

test('ten tabs that renew at one instant get the same tokens, and the session goes on', async () => {
  const { refreshToken } = await signInDemo()
  const results = await Promise.all(Array.from({ length: 10 }, () => renew(refreshToken)))
  assert.equal(new Set(results.map((result) => result.refreshToken)).size, 1)
  const [first] = results
  assert.ok(first && first.refreshToken !== refreshToken)
  await afterGrace()
  assert.equal((await renew(first.refreshToken)).__typename, 'Session')
})

test('a refresh token that is used again later ends the session of whoever holds its successors', async () => {
  const { refreshToken } = await signInDemo()
  const second = await renew(refreshToken)
  await afterGrace()
  const third = await renew(second.refreshToken)
  await afterGrace()
  assert.equal((await renew(refreshToken)).code, 'SESSION_ENDED')
  assert.equal((await renew(third.refreshToken)).code, 'SESSION_ENDED')
})

test('whatever tokens are shown in whatever order, only the last, or the one before for a moment, goes on', async () => {
  const step = fc.record({ back: fc.nat(3), wait: fc.boolean() })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
      const tokens = [(await signInDemo()).refreshToken]
      let isFresh = false
      for (const { back, wait } of steps) {
        if (wait) await afterGrace()
        isFresh &&= !wait
        const shown = tokens.at(-1 - back) ?? tokens[0] ?? ''
        const at = tokens.length - 1 - tokens.indexOf(shown)
        const answer = await renew(shown)
        if (at === 1 && isFresh) assert.equal(answer.refreshToken, tokens.at(-1))
        else if (at === 0) tokens.push(answer.refreshToken)
        else {
          assert.equal(answer.code, 'SESSION_ENDED')
          for (const token of tokens) assert.equal((await renew(token)).code, 'SESSION_ENDED')
          return
        }
        isFresh = true
      }
    }),
    { numRuns: 15 },
  )
})

test('a refresh token that differs from a good one in its secret or its family is refused', async () => {
  const { refreshToken } = await signInDemo()
  const [family = '', secret = ''] = refreshToken.split('.')
  for (const other of [`x${family}.${secret}`, secret, `.${secret}`, '', '.', `${family.slice(1)}.${secret}`])
    assert.equal((await renew(other)).code, 'SESSION_ENDED', other)
  assert.equal((await renew(refreshToken)).__typename, 'Session')
})

test('one who has never seen a token of a session cannot end it, though its id is known', async () => {
  const session = await signInDemo()
  const { sid } = JSON.parse(Buffer.from(session.accessToken.split('.')[1] ?? '', 'base64url').toString()) as { readonly sid: string }
  for (const guess of [sid, `${sid}.x`]) {
    assert.equal((await renew(guess)).code, 'SESSION_ENDED')
    assert.equal((await profile.ask(`mutation { signOut(refreshToken: "${guess}") }`)).data.signOut, false)
    const end = `mutation { endSession(id: "${sid}") { ... on Refusal { code } } }`
    assert.deepEqual((await profile.ask(end, {}, { accountId: 'a-noor' })).data.endSession, { code: 'NO_SUCH_SESSION' })
    assert.equal((await profile.ask(end, {}, null)).errors?.[0]?.extensions.code, 'UNAUTHENTICATED')
  }
  assert.equal((await renew(session.refreshToken)).__typename, 'Session')
})

test('changing the password needs the old one, signs in with the new one only, and ends the other sessions', async () => {
  const credentials = (password: string) => `(email: "change@example.org", password: "${password}")`
  await signUp('change@example.org')
  const [mine, other] = [await run('signIn', credentials('correct horse')), await run('signIn', credentials('correct horse'))]
  const claims = JSON.parse(Buffer.from(mine.accessToken.split('.')[1] ?? '', 'base64url').toString()) as { sid: string; sub: string }
  const change = async (password: string, newPassword: string) =>
    (
      await profile.ask(
        `mutation { changePassword(password: "${password}", newPassword: "${newPassword}") { ... on EndedSessions { count } ... on Refusal { code } } }`,
        {},
        { accountId: claims.sub, sessionId: claims.sid },
      )
    ).data.changePassword
  assert.deepEqual(await change('wrong horse', 'battery staple'), { code: 'WRONG_CREDENTIALS' })
  assert.deepEqual(await change('correct horse', 'short'), { code: 'INVALID_INPUT' })
  assert.deepEqual(await change('correct horse', 'battery staple'), { count: 2 })
  assert.equal((await run('signIn', credentials('correct horse'))).code, 'WRONG_CREDENTIALS')
  assert.equal((await run('signIn', credentials('battery staple'))).__typename, 'Session')
  assert.equal((await renew(other.refreshToken)).code, 'SESSION_ENDED')
  assert.equal((await renew(mine.refreshToken)).__typename, 'Session')
})

test('a wrong password and an unknown address get the same answer', async () => {
  assert.equal((await run('signIn', '(email: "demo@cinegraph.example", password: "wrong")')).code, 'WRONG_CREDENTIALS')
  assert.equal((await run('signIn', '(email: "nobody@example.org", password: "wrong")')).code, 'WRONG_CREDENTIALS')
})

test('an address is taken once, whatever its capitals, also by two at the same time', async () => {
  const first = await begin('twin@example.org')
  const firstCode = await mailed.to('twin@example.org')
  const second = await begin('TWIN@example.org')
  const secondCode = await mailed.to('twin@example.org', 2)
  const attempts = await Promise.all([confirm(first.signUpId, firstCode), confirm(second.signUpId, secondCode)])
  assert.deepEqual(attempts.map((attempt) => attempt.code ?? 'fine').toSorted(), ['EMAIL_TAKEN', 'fine'])
})

test('what cannot be an address, a password or a name is refused', async () => {
  for (const input of [
    'email: "nonsense", password: "long enough", profileName: "N"',
    'email: "a@b.cd", password: "short", profileName: "N"',
    'email: "a@b.cd", password: "long enough", profileName: " "',
  ]) {
    const { data } = await profile.ask(`mutation { signUp(input: { ${input} }) { ... on Refusal { code } } }`, {}, null)
    assert.deepEqual(data.signUp, { code: 'INVALID_INPUT' }, input)
  }
})

test('subscribing starts a plan and publishes it once; what is canceled lasts until its period is over', async () => {
  const viewer = { accountId: 'a-new', profileId: 'p-wim' }
  const subscribe = (plan: string) =>
    profile.ask(
      `mutation { subscribe(planId: "${plan}") { ... on Membership { active plan { name } } ... on Refusal { code } } }`,
      {},
      viewer,
    )
  assert.deepEqual((await subscribe('gold')).data.subscribe, { code: 'NO_SUCH_PLAN' })
  assert.deepEqual((await subscribe('basic')).data.subscribe, { active: true, plan: { name: 'Basic' } })
  assert.deepEqual((await subscribe('premium')).data.subscribe, { active: true, plan: { name: 'Premium' } })
  await until('the event', 20_000, async () => startedOf('a-new').length > 0)
  assert.equal(startedOf('a-new').length, 1)
  const cancel = 'mutation { cancelSubscription { ... on Membership { active state } ... on Refusal { code } } }'
  assert.deepEqual((await profile.ask(cancel, {}, viewer)).data.cancelSubscription, { active: true, state: 'CANCELED' })
  assert.deepEqual((await profile.ask(cancel, {}, viewer)).data.cancelSubscription, { code: 'WRONG_STATE' })
  const past = { periodEnd: new Date(Date.now() - 1_000) }
  await profile.database.prisma.subscription.update({ where: { accountId: 'a-new' }, data: past })
  const { data } = await profile.ask('{ me { subscription { active } invoices { number state totalMinor } } }', {}, viewer)
  assert.deepEqual(
    (data as unknown as { me: { subscription: unknown } }).me.subscription,
    { active: false },
    'also before anybody has noticed',
  )
})

test('of many who subscribe again in the same instant one starts the membership', async () => {
  const viewer = { accountId: 'a-demo', profileId: 'p-ada' }
  const mutate = (field: string) =>
    profile.ask(`mutation { ${field} { ... on Membership { active } ... on Refusal { code } } }`, {}, viewer)
  for (let round = 1; round <= 3; round += 1) {
    await profile.database.prisma.subscription.update({ where: { accountId: 'a-demo' }, data: { state: 'ended', dueAt: null } })
    await Promise.all(Array.from({ length: 8 }, () => mutate('subscribe(planId: "basic")')))
    await until('all that was saved is published', 20_000, async () => (await profile.database.prisma.profileOutbox.count()) === 0)
    await until('the event', 20_000, async () => startedOf('a-demo').length >= round)
    assert.equal(startedOf('a-demo').length, round)
  }
})

test('an address that sign-up takes is one that a mail is sent to', async () => {
  const odd = fc.constantFrom(
    'ünï@exämple.org',
    'x@y..z',
    'a.@b.cd',
    '"a b"@c.de',
    'a@-b.cd',
    `${'a'.repeat(64)}@${'b'.repeat(185)}.cd`,
    'a@b.c_d',
  )
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.emailAddress(), odd), async (email) => {
      const { code, signUpId } = await begin(email, { more: ', planId: "basic"' })
      if (code !== undefined) return assert.equal(code, 'INVALID_INPUT')
      const address = EmailAddress.parse(email)
      const session = await confirm(signUpId, await mailed.to(address))
      // NOTE: another spelling of an address that was signed up with before.
      if (session.code === 'WRONG_CODE') return assert.equal((await mailed.sentTo(address, 2)).at(-1)?.kind, 'alreadyMember')
      const { sub } = JSON.parse(Buffer.from(session.accessToken.split('.')[1] ?? '', 'base64url').toString()) as { sub: string }
      await until(`the event of ${email}`, 20_000, async () => startedOf(sub).length === 1)
    }),
    { numRuns: 25, endOnFailure: true },
  )
})

test('an account and its profiles are shown to their own members, to support and to operators only', async () => {
  const query = 'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Account { email } ... on Profile { name } } }'
  const r = [
    { __typename: 'Account', id: 'a-noor' },
    { __typename: 'Profile', id: 'p-noor' },
  ]
  assert.deepEqual((await profile.ask(query, { r })).data._entities, [null, null])
  assert.deepEqual((await profile.ask(query, { r }, null)).data._entities, [null, null])
  const shown = [{ email: 'noor@cinegraph.example' }, { name: 'Noor' }]
  assert.deepEqual((await profile.ask(query, { r }, { accountId: 'a-noor' })).data._entities, shown)
  assert.deepEqual((await profile.ask(query, { r }, { operator: true })).data._entities, shown)
  assert.deepEqual((await profile.ask(query, { r }, { scopes: ['member', 'support'] })).data._entities, shown)
})

test('a member switches to its own profiles and to no other', async () => {
  assert.equal((await run('switchProfile', '(profileId: "p-kids")', {})).__typename, 'Session')
  assert.equal((await run('switchProfile', '(profileId: "p-noor")', {})).code, 'NO_SUCH_PROFILE')
  const asNobody = await profile.ask('mutation { switchProfile(profileId: "p-kids") { __typename } }', {}, null)
  assert.equal(asNobody.errors?.[0]?.extensions.code, 'UNAUTHENTICATED')
})

test('an account has a bounded number of profiles, also when many are made at the same time', async () => {
  const viewer = { accountId: 'a-noor' }
  const create = (input: string) =>
    profile.ask(`mutation { createProfile(input: ${input}) { __typename ... on Refusal { code } } }`, {}, viewer)
  const answers = await Promise.all(Array.from({ length: 12 }, (_, at) => create(`{ name: "P${at}" }`)))
  const codes = answers.map(({ data }) => (data.createProfile as unknown as { code?: string }).code)
  assert.equal(codes.filter((code) => code === 'TOO_MANY_PROFILES').length, 9, 'two were there, five may be')
  assert.equal(await profile.database.prisma.profile.count({ where: { accountId: 'a-noor' } }), 5)
  for (const input of ['{ name: "X", maturityLimit: -5 }', '{ name: "X", language: "constructor" }', '{ name: " " }'])
    assert.deepEqual((await create(input)).data.createProfile, { __typename: 'Refusal', code: 'INVALID_INPUT' }, input)
})

test('an account that is gone, though its token is not, is answered as nobody', async () => {
  const viewer = { accountId: 'a-gone' }
  const subscribe = await profile.ask('mutation { subscribe(planId: "basic") { ... on Refusal { code } } }', {}, viewer)
  assert.deepEqual(subscribe.data.subscribe, { code: 'NOT_SIGNED_IN' })
  const create = await profile.ask('mutation { createProfile(input: { name: "X" }) { __typename } }', {}, viewer)
  assert.equal(create.errors?.[0]?.extensions.code, 'UNAUTHENTICATED')
})

test('a password longer than any that can be set is not hashed, and its beginning does not sign in', async () => {
  const password = 'x'.repeat(256)
  assert.equal((await signUp('long@example.org', { password })).__typename, 'Session')
  assert.equal((await run('signIn', `(email: "LONG@example.org", password: "${password}")`)).__typename, 'Session')
  assert.equal((await run('signIn', `(email: "long@example.org", password: "${password}y")`)).code, 'WRONG_CREDENTIALS')
})
