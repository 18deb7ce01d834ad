import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { addAccount } from '../../tests/accounts.ts'
import { type MailedCodes, readMails } from '../../tests/mails.ts'
import { type ServedSubgraph, serveSubgraph } from '../../tests/subgraph.ts'

let profile: ServedSubgraph
let mailed: MailedCodes
before(async () => {
  profile = await serveSubgraph('profile')
  mailed = await readMails(profile.events)
})
after(() => profile?.[Symbol.asyncDispose]())

const password = 'correct horse'
type Result = { readonly __typename: string; readonly code?: string; readonly signUpId: string; readonly count: number }
const mutate = async (
  name: string,
  { args, on }: { readonly args: Readonly<Record<string, string>>; readonly on: string },
  viewer: object | null = null,
): Promise<Result & { readonly refreshToken: string }> => {
  const declared = Object.keys(args).map((key) => `$${key}: ${key === 'signUpId' ? 'ID' : 'String'}!`)
  const passed = Object.keys(args).map((key) => `${key}: $${key}`)
  const query = `mutation (${declared.join(', ')}) { ${name}(${passed.join(', ')}) { __typename ${on} ... on Refusal { code } } }`
  const { data, errors } = await profile.ask(query, args, viewer)
  assert.equal(errors, undefined, JSON.stringify(errors))
  return data[name] as never
}
const beginSignUp = async (email: string): Promise<Result> => {
  const query = `mutation ($email: String!, $password: String!) { signUp(input: { email: $email, password: $password, profileName: "P", language: "de-AT" }) { __typename ... on SignUpStarted { signUpId expiresInSeconds } ... on Refusal { code } } }`
  return (await profile.ask(query, { email, password }, null)).data.signUp as never
}
const confirm = (signUpId: string, code: string) =>
  mutate('confirmSignUp', { args: { signUpId, code }, on: '... on Session { refreshToken }' })
const signIn = (email: string, secret = password) =>
  mutate('signIn', { args: { email, password: secret }, on: '... on Session { refreshToken }' })
const renew = (refreshToken: string) => mutate('refreshSession', { args: { refreshToken }, on: '... on Session { refreshToken }' })
const startReset = (email: string) => mutate('startPasswordReset', { args: { email }, on: '... on MailSent { expiresInSeconds }' })
const reset = (token: string, newPassword = 'battery staple') =>
  mutate('resetPassword', { args: { token, newPassword }, on: '... on EndedSessions { count }' })

/** How many rows of each kind one call adds. */
const addedBy = async (call: () => Promise<unknown>): Promise<unknown> => {
  const { prisma, pool } = profile.database
  const count = async () => [
    ...(await Promise.all([prisma.signUp.count(), prisma.passwordReset.count(), prisma.account.count()])),
    ...(await pool.query<{ last: number }>(`select last_value::int as last from profile.outbox_id_seq`)).rows.map(({ last }) => last),
  ]
  const first = await count()
  await call()
  return (await count()).map((each, at) => each - (first[at] ?? 0))
}

test('a stranger who signs up with a taken address is answered as with a free one; the mails differ, each comes once and in the language', async () => {
  await addAccount(profile.database, { email: 'taken@example.org', password })
  const [free, taken] = [await beginSignUp('free@example.org'), await beginSignUp('taken@example.org')]
  const shape = ({ signUpId, ...rest }: Result) => ({ ...rest, length: signUpId.length })
  assert.deepEqual(shape(taken), shape(free))
  const [welcome, ...more] = await mailed.sentTo('free@example.org')
  const [notice, ...others] = await mailed.sentTo('taken@example.org')
  assert.deepEqual([welcome?.kind, welcome?.language, more.length], ['confirmSignUp', 'de-AT', 0])
  assert.deepEqual([notice?.kind, notice?.language, notice?.secret, others.length], ['alreadyMember', 'en', '', 0])
  for (const code of ['', 'BBBB-BBBB', welcome?.secret ?? '']) assert.equal((await confirm(taken.signUpId, code)).code, 'WRONG_CODE', code)
  assert.equal((await signIn('taken@example.org')).__typename, 'Session')
})

test('a taken and a free address add as many rows and mails each', async () => {
  await addAccount(profile.database, { email: 'work.taken@example.org', password })
  assert.deepEqual(await addedBy(() => beginSignUp('work.taken@example.org')), await addedBy(() => beginSignUp('work.free@example.org')))
  assert.deepEqual(await addedBy(() => startReset('work.taken@example.org')), await addedBy(() => startReset('work.free@example.org')))
})

test('nothing is made of a sign-up before its code is entered, and of many who enter it at once one is let in', async () => {
  const { signUpId } = await beginSignUp('late@example.org')
  const code = await mailed.to('late@example.org')
  assert.equal((await signIn('late@example.org')).code, 'WRONG_CREDENTIALS')
  assert.equal((await confirm('another sign-up', code)).code, 'CODE_EXPIRED')
  const answers = await Promise.all(Array.from({ length: 5 }, () => confirm(signUpId, ` ${code.toLowerCase().replace('-', ' ')} `)))
  assert.deepEqual(answers.map(({ code: refusal }) => refusal ?? 'in').toSorted(), [...Array(4).fill('CODE_EXPIRED'), 'in'])
  assert.equal(await profile.database.prisma.account.count({ where: { email: 'late@example.org' } }), 1)
})

test('a code is guessed five times at most, also by many at once, and works for an hour', async () => {
  const guessed = await beginSignUp('guessed@example.org')
  const code = await mailed.to('guessed@example.org')
  const guesses = await Promise.all(Array.from({ length: 12 }, () => confirm(guessed.signUpId, 'BBBB-BBBB')))
  assert.equal(guesses.filter((guess) => guess.code === 'WRONG_CODE').length, 5)
  assert.equal((await confirm(guessed.signUpId, code)).code, 'CODE_EXPIRED')
  const old = await beginSignUp('old@example.org')
  await profile.database.pool.query(`update profile.sign_up set expires_at = now() - interval '1 s' where email = 'old@example.org'`)
  assert.equal((await confirm(old.signUpId, await mailed.to('old@example.org'))).code, 'CODE_EXPIRED')
})

test('a forgotten password is set once by the mailed link, ends every session, and says so in a mail', async () => {
  const email = 'forgot@example.org'
  await addAccount(profile.database, { email, password })
  const before = [await signIn(email), await signIn(email)]
  assert.equal((await startReset(email)).__typename, 'MailSent')
  const token = await mailed.to(email)
  assert.equal((await reset(token, 'short')).code, 'INVALID_INPUT')
  const answers = await Promise.all(Array.from({ length: 5 }, () => reset(token)))
  assert.deepEqual(answers.map(({ code, count }) => code ?? count).toSorted(), [2, ...Array(4).fill('CODE_EXPIRED')])
  for (const { refreshToken } of before) assert.equal((await renew(refreshToken)).code, 'SESSION_ENDED')
  assert.equal((await signIn(email)).code, 'WRONG_CREDENTIALS')
  assert.equal((await signIn(email, 'battery staple')).__typename, 'Session')
  const kinds = (await mailed.sentTo(email, 2)).map(({ kind }) => kind)
  assert.deepEqual(kinds, ['resetPassword', 'passwordChanged'])
})

test('an address without an account is answered alike, and mailed that it has none', async () => {
  const known = await startReset('demo@cinegraph.example')
  assert.deepEqual(await startReset('stranger@example.org'), known)
  const [mail] = await mailed.sentTo('stranger@example.org')
  assert.deepEqual([mail?.kind, mail?.secret], ['noAccount', ''])
})

test('a link works for half an hour, and not after the password was changed otherwise or by another link', async () => {
  const email = 'links@example.org'
  const accountId = await addAccount(profile.database, { email, password })
  const link = async (count: number): Promise<string> => {
    await startReset(email)
    return mailed.to(email, count)
  }
  const expired = await link(1)
  await profile.database.pool.query(`update profile.password_reset set expires_at = now() - interval '1 s'`)
  assert.equal((await reset(expired)).code, 'CODE_EXPIRED')
  const [one, other] = [await link(2), await link(3)]
  assert.equal((await reset(other)).count, 0)
  assert.equal((await reset(one)).code, 'CODE_EXPIRED')
  const third = await link(5)
  const change = { args: { password: 'battery staple', newPassword: 'another one' }, on: '... on EndedSessions { count }' }
  const { profileId } = { profileId: (await profile.database.prisma.profile.findFirstOrThrow({ where: { accountId } })).id }
  assert.equal((await mutate('changePassword', change, { accountId, profileId })).count, 0)
  assert.equal((await reset(third)).code, 'CODE_EXPIRED')
})

test('a sign-in with the old password that is under way while the password changes leaves no session', async () => {
  for (let round = 0; round < 4; round += 1) {
    const email = `race.${round}@example.org`
    const accountId = await addAccount(profile.database, { email, password })
    await startReset(email)
    const token = await mailed.to(email)
    const signingIn = Array.from({ length: 6 }, () => signIn(email))
    await Promise.all([...signingIn, reset(token)])
    for (const { refreshToken } of await Promise.all(signingIn))
      if (refreshToken !== undefined) assert.equal((await renew(refreshToken)).code, 'SESSION_ENDED')
    assert.equal(await profile.database.prisma.session.count({ where: { accountId } }), 0)
  }
})

test('who reads the tables finds no code, no link and no password', async () => {
  const { signUpId } = await beginSignUp('secret@example.org')
  await startReset('demo@cinegraph.example')
  const code = await mailed.to('secret@example.org')
  const token = mailed.all().findLast(({ kind }) => kind === 'resetPassword')?.secret ?? 'none'
  const { rows } = await profile.database.pool.query<{ text: string }>(
    'select s::text as text from profile.sign_up s union all select r::text from profile.password_reset r union all select a::text from profile.account a',
  )
  for (const { text } of rows)
    for (const secret of [signUpId, code, code.replace('-', ''), token, password]) assert.ok(!text.includes(secret))
})
