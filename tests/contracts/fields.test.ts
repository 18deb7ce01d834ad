import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { z } from 'zod'
import {
  EmailAddress,
  GenreName,
  Id,
  isStorable,
  Language,
  Maturity,
  ProfileName,
  parseInput,
  SearchText,
} from '#platform/contracts/fields.ts'
import { subscriptions } from '#platform/contracts/topics/profile.subscriptions.ts'

const emailOf = (address: string): string | undefined => EmailAddress.safeParse(address).data

test('an address is the same address in any capitals, and in either spelling of its domain', () => {
  const spellings = [
    'ünï@exämple.org',
    'ÜNÏ@EXÄMPLE.ORG',
    ' ünï@exämple.org ',
    'u\u0308ni\u0308@exa\u0308mple.org',
    'ünï@xn--exmple-cua.org',
  ]
  assert.deepEqual([...new Set(spellings.map(emailOf))], ['ünï@exämple.org'])
})

test('what no mail can be sent to is no address', () => {
  const wrong = [
    '',
    '@',
    'x@',
    '@y.org',
    'x@y',
    'x@y..z',
    'x@.y.org',
    'x@y.org.',
    'x..y@z.org',
    '.x@z.org',
    'x.@z.org',
    'a b@c.org',
    'x@1.2.3.4',
  ]
  const sly = [
    'x@y.org\nBcc: all@y.org',
    'x\0@y.org',
    '\ud800@y.org',
    'x@-y.org',
    `${'x'.repeat(65)}@y.org`,
    `x@${'y'.repeat(64)}.org`,
    '"x"@y.org',
    'x\u202e@y.org',
    'x@y_z.org',
  ]
  for (const address of [...wrong, ...sly]) assert.equal(emailOf(address), undefined, JSON.stringify(address))
})

test('what is one address stays one: its canonical form is accepted as it is, at sign-up and in events', () => {
  const near = fc.stringMatching(/^[a-zA-ZäÖİß.+'-]{1,12}@[a-zA-ZäÖ0-9.-]{1,12}\.[a-z]{2,4}$/)
  let accepted = 0
  fc.assert(
    fc.property(fc.oneof(fc.emailAddress(), near, fc.string({ unit: 'binary' })), (address) => {
      const email = emailOf(address)
      if (email === undefined) return
      accepted += 1
      assert.equal(emailOf(email), email)
      const event = { accountId: 'a', email, planName: 'Basic', startedAt: new Date(0).toISOString() }
      assert.deepEqual(subscriptions.schema.parse(JSON.parse(JSON.stringify(event))), event)
    }),
  )
  assert.ok(accepted > 10)
})

test('whatever a schema lets through can be stored, is bounded, and is let through again unchanged', () => {
  const schemas: readonly (readonly [z.ZodType<string>, number])[] = [
    [Id, 64],
    [ProfileName, 40],
    [GenreName, 40],
    [SearchText, 200],
    [Language, 35],
  ]
  const texts = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: 'grapheme', maxLength: 300 }),
    fc.constantFrom('constructor', '__proto__', 'en', 'pt-BR'),
  )
  fc.assert(
    fc.property(fc.constantFrom(...schemas), texts, ([schema, max], value) => {
      const { data } = schema.safeParse(value)
      if (data === undefined) return
      assert.ok(isStorable(data) && data.length <= max)
      assert.equal(schema.parse(data), data)
    }),
  )
})

test('a language is a language tag and nothing else', () => {
  assert.equal(Language.parse('EN-us'), 'en-US')
  for (const tag of ['constructor', '__proto__', 'toString', 'e', 'en_US', 'en-', 'x'.repeat(36), 'en\0', 'de;q=1'])
    assert.equal(Language.safeParse(tag).success, false, tag)
})

test('a value that is refused is named, with what is wrong with it', () => {
  assert.throws(() => parseInput('A maturity limit', Maturity, -5), {
    code: 'INPUT_INVALID',
    message: 'A maturity limit lies from 0 to 18.',
  })
  assert.throws(() => parseInput('A profile name', ProfileName, ' '), { message: 'A profile name has 1 to 40 characters.' })
  assert.throws(() => parseInput('A profile name', ProfileName, 'a\u202eb'), {
    message: 'A profile name holds characters that are not text.',
  })
})

test('a name can be seen: blank letters, joiners and marks alone are none', () => {
  for (const blank of ['\u200b', '\u115f', '\u3164', '\u00ad', '\u2800', '\u0301', '\ufe0f', '\u{e0020}', '\u200d\u200b', '\u00a0 \u2003'])
    assert.throws(() => parseInput('A profile name', ProfileName, blank), { code: 'INPUT_INVALID' }, JSON.stringify(blank))
  for (const name of ['Zoë', '李', 'می‌خواهم', '👩‍👧', '·', '7', '❤️', 'نور'])
    assert.equal(parseInput('A profile name', ProfileName, name), name.normalize('NFC'))
})
