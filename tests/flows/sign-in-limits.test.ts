import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { sharedTries } from '#platform/postgres/tries.ts'
import type { ChangePasswordMutation, SignInMutation, SignUpMutation } from '../../bffs/web/documents.generated.ts'
import { createTryLimits } from '../../subgraphs/profile/try-limits.ts'
import { bootPlatform, type Platform } from '../boot.ts'
import { Device, type DeviceKind } from '../member.ts'

let platform: Platform
before(async () => {
  platform = await bootPlatform({ remote: ['profile'] })
})
after(() => platform?.[Symbol.asyncDispose]())

type Refused = { readonly code?: string; readonly message?: string; readonly retryAfterSeconds?: number | null }
const from = (address: string, kind: DeviceKind = 'web') => new Device(platform.links, kind, { headers: { 'x-client': address } })
const signIn = async (device: Device, email: string, password: string): Promise<Refused> => {
  const { data, errors } = await device.ask<SignInMutation>('signIn', { email, password })
  assert.deepEqual(errors, [])
  return data.signIn as Refused
}
const repeat = async (times: number, run: (at: number) => Promise<Refused>): Promise<readonly (string | undefined)[]> => {
  const codes: (string | undefined)[] = []
  for (let at = 0; at < times; at += 1) codes.push((await run(at)).code)
  return codes
}

for (const email of ['noor@cinegraph.example', 'nobody@example.org', 'no address at all']) {
  test(`whoever guesses passwords of ${email} is told when to try again, on every device and in every spelling`, async () => {
    const address = `198.51.100.${email.length}`
    const spellings = [email, email.toUpperCase(), ` ${email} `]
    const kinds = ['web', 'tv', 'mobile'] as const
    const guess = (at: number) => signIn(from(address, kinds[at % 3]), spellings[at % (email.includes('@') ? 3 : 1)] ?? '', `guess ${at}`)
    assert.deepEqual(await repeat(10, guess), Array(10).fill('WRONG_CREDENTIALS'))
    const refused = await signIn(from(address), email, 'popcorn-demo')
    assert.equal(refused.code, 'TOO_MANY_TRIES')
    assert.ok((refused.retryAfterSeconds ?? 0) > 800 && (refused.retryAfterSeconds ?? 0) <= 900, String(refused.retryAfterSeconds))
    assert.match(refused.message ?? '', /Try again in 15 minutes/)
  })
}

const documentsThatTry = {
  signIn: (at: number) => [`mutation { signIn(email: "wait@example.org", password: "guess ${at}") { __typename } }`, false],
  changePassword: (at: number) => [`mutation { changePassword(password: "guess ${at}", newPassword: "another one") { __typename } }`, true],
  setPin: (at: number) => [`mutation { setPin(pin: "2468", password: "guess ${at}") { __typename } }`, true],
} as const satisfies Readonly<Record<string, (at: number) => readonly [query: string, signedIn: boolean]>>

for (const [at, kind] of (['web', 'tv', 'mobile'] as const).entries())
  for (const [name, document] of Object.entries(documentsThatTry))
    test(`${kind}: ${name} that is tried too often is answered with 429 and Retry-After, whatever was selected`, async () => {
      const address = `192.0.2.${at}`
      const device = from(address, kind)
      await device.signIn(`${['noor', 'lapsed', 'new'][at]}@cinegraph.example`)
      const ask = async (guess: number) => {
        const [query, signedIn] = document(guess)
        const headers = {
          'content-type': 'application/json',
          'x-client': address,
          ...(signedIn ? { authorization: `Bearer ${device.token}` } : {}),
        }
        return fetch(`${platform.links[kind]}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }) })
      }
      const first = await ask(0)
      assert.deepEqual([first.status, first.headers.get('retry-after')], [200, null])
      let last = first
      for (let guess = 1; guess <= 11 && last.status !== 429; guess += 1) last = await ask(guess)
      const body = (await last.json()) as { data: object; extensions: { code: string; retryAfterSeconds: number } }
      assert.equal(last.status, 429)
      assert.equal(body.extensions.code, 'TOO_MANY_TRIES')
      assert.equal(last.headers.get('retry-after'), String(body.extensions.retryAfterSeconds))
      assert.ok(body.extensions.retryAfterSeconds > 0 && body.extensions.retryAfterSeconds <= 900)
      assert.deepEqual(body.data, { [name]: { __typename: 'Refusal' } })
    })

test('one who guessed locks nobody else out: the member signs in from another address', async () => {
  await repeat(11, (at) => signIn(from('198.51.100.200'), 'demo@cinegraph.example', `guess ${at}`))
  assert.equal((await signIn(from('198.51.100.200'), 'demo@cinegraph.example', 'popcorn-demo')).code, 'TOO_MANY_TRIES')
  assert.equal((await signIn(from('198.51.100.201'), 'demo@cinegraph.example', 'popcorn-demo')).code, undefined)
})

test('a header that a client makes up before the proxy’s own is no way around', async () => {
  const codes = await repeat(12, (at) => signIn(from(`203.0.113.${at}, 198.51.100.202`), 'lapsed@cinegraph.example', `guess ${at}`))
  assert.deepEqual(codes.slice(-2), ['TOO_MANY_TRIES', 'TOO_MANY_TRIES'])
})

test('many guesses at the same instant are no more than many one after the other', async () => {
  const guesses = Array.from({ length: 30 }, (_, at) => signIn(from('198.51.100.203'), 'new@cinegraph.example', `guess ${at}`))
  const codes = (await Promise.all(guesses)).map(({ code }) => code)
  assert.equal(codes.filter((code) => code === 'WRONG_CREDENTIALS').length, 10)
  assert.equal(codes.filter((code) => code === 'TOO_MANY_TRIES').length, 20)
})

test('tries are counted for all processes together', async () => {
  const { pool } = platform.database
  const place = { pool, schema: 'profile', table: 'try_count' }
  const [one, other] = [createTryLimits(sharedTries(place)), createTryLimits(sharedTries(place))]
  const trying = { account: 'both@example.org', address: '198.51.100.210' }
  const tries = await Promise.all(Array.from({ length: 24 }, (_, at) => (at % 2 === 0 ? one : other).begin('signIn', trying)))
  assert.equal(tries.filter(({ waitSeconds }) => waitSeconds === 0).length, 10)
  for (const limits of [one, other]) assert.ok((await limits.begin('signIn', trying)).waitSeconds > 800)
  const { rows } = await pool.query<{ text: string }>('select t::text as text from profile.try_count as t')
  for (const { text } of rows) assert.doesNotMatch(text, /example\.org|198\.51/)
})

test('signing in well does not count, however often', async () => {
  const codes = await repeat(15, () => signIn(from('198.51.100.204'), 'operator@cinegraph.example', platform.secrets.operatorPassword))
  assert.equal(new Set(codes).size, 1)
  assert.notEqual(codes[0], 'TOO_MANY_TRIES')
})

test('sign-ups are begun from one line a bounded number of times, also over the addresses of an IPv6 network', async () => {
  const signUp = async (at: number): Promise<Refused> => {
    const input = { email: `flood${at}@example.org`, password: 'correct horse', profileName: 'F' }
    return (await from(`2001:db8::${at}`).ask<SignUpMutation>('signUp', { input })).data.signUp as Refused
  }
  const codes = await repeat(22, signUp)
  assert.deepEqual([...new Set(codes.slice(0, 20)), ...codes.slice(20)], [undefined, 'TOO_MANY_TRIES', 'TOO_MANY_TRIES'])
})

for (const [name, variables] of [
  ['signUp', { input: { email: 'demo@cinegraph.example', password: 'correct horse', profileName: 'F' } }],
  ['signUp', { input: { email: 'flooded@example.org', password: 'correct horse', profileName: 'F' } }],
  ['startPasswordReset', { email: 'demo@cinegraph.example' }],
  ['startPasswordReset', { email: 'flooded@example.org' }],
] as const)
  test(`${name}: nobody is sent a flood of mails from however many lines, with an account or without one (${JSON.stringify(variables)})`, async () => {
    const ask = async (at: number): Promise<Refused> =>
      (await from(`192.0.2.${at}`).ask<Record<string, Refused>>(name, variables)).data[name] as Refused
    const codes = await repeat(6, ask)
    assert.deepEqual([...new Set(codes.slice(0, 5)), codes[5]], [undefined, 'TOO_MANY_TRIES'])
  })

for (const [name, variables] of [
  ['confirmSignUp', { signUpId: 'x', code: 'BBBB-BBBB' }],
  ['resetPassword', { token: 'x', newPassword: 'correct horse' }],
] as const)
  test(`${name}: guesses from one line are bounded`, async () => {
    const guess = async (): Promise<Refused> =>
      (await from('192.0.2.222').ask<Record<string, Refused>>(name, variables)).data[name] as Refused
    const codes = await repeat(51, guess)
    assert.equal(codes[0], 'CODE_EXPIRED')
    assert.equal(codes.at(-1), 'TOO_MANY_TRIES')
  })

test('whoever holds a signed-in device cannot guess the password by changing it', async () => {
  const device = from('198.51.100.206')
  await device.signIn()
  const change = async (at: number): Promise<Refused> =>
    (await device.ask<ChangePasswordMutation>('changePassword', { password: `guess ${at} pad`, newPassword: 'another one' })).data
      .changePassword as Refused
  assert.deepEqual([...new Set(await repeat(10, change))], ['WRONG_CREDENTIALS'])
  assert.equal((await change(11)).code, 'TOO_MANY_TRIES')
})

const quantile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length * share)] ?? 0

test('a flood of sign-ins is refused in time and leaves the screens of members who are signed in alone', async () => {
  const member = from('198.51.100.207')
  await member.signIn()
  const ask = async (): Promise<number> => {
    const began = performance.now()
    assert.deepEqual((await member.ask('home')).errors, [])
    return performance.now() - began
  }
  await ask()
  const guess = (at: number) => signIn(from(`203.0.113.${at % 250}`), `flood${at}@example.org`, `guess ${at}`)
  const flood = Promise.all(Array.from({ length: 500 }, (_, at) => guess(at)))
  const during: number[] = []
  let isOver = false
  void flood.finally(() => {
    isOver = true
  })
  while (!isOver) during.push(await ask())
  const codes = (await flood).map(({ code }) => code)
  assert.deepEqual([...new Set(codes)].toSorted(), ['TOO_MANY_TRIES', 'WRONG_CREDENTIALS'])
  assert.ok(quantile(during, 0.5) < 2_000, `home took ${during.map(Math.round)} ms while 500 signed in`)
})
