import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { countryCode, oneOf, origins, url, urls, wholeNumber, yesOrNo } from '#platform/settings/setting.ts'

const invalid = { code: 'SETTING_INVALID' }

test('a whole number is read within its bounds, both of them included, and nothing else is', () => {
  const read = wholeNumber(10, 200)
  fc.assert(
    fc.property(fc.integer({ min: -50, max: 1_000 }), (value) => {
      if (value >= 10 && value <= 200) assert.equal(read(String(value), '--n'), value)
      else assert.throws(() => read(String(value), '--n'), invalid)
    }),
  )
  for (const text of ['', ' ', '1e2', '0x20', '50.5', '+50', 'many', '50 ']) assert.throws(() => read(text, '--n'), invalid, text)
  assert.throws(() => read('9', '--n'), /--n is "9".*a whole number from 10 to 200/)
})

test('yes and no have one spelling each', () => {
  assert.deepEqual([yesOrNo('true', '--x'), yesOrNo('false', '--x')], [true, false])
  for (const text of ['', 'no', '0', 'FALSE', 'off']) assert.throws(() => yesOrNo(text, '--x'), /`true` or `false`/)
})

test('a choice is one of those allowed, which the error lists', () => {
  const read = oneOf('debug', 'info')
  assert.equal(read('info', '--level'), 'info')
  assert.throws(() => read('loud', '--level'), /--level is "loud".*one of debug, info/)
})

test('a URL has one of its protocols, and an error about it does not repeat a password in it', () => {
  const read = url('postgres:', 'postgresql:')
  for (const fine of ['', 'postgres://u:p@h/db', 'postgresql://h']) assert.equal(read(fine, 'DATABASE_URL'), fine)
  for (const wrong of ['mysql://user:hunter2@h/db', 'http://user:hunter2@h', 'just words'])
    assert.throws(
      () => read(wrong, 'DATABASE_URL'),
      (error: Error) => !error.message.includes('hunter2') && error.message.includes('postgres:// or postgresql://'),
      wrong,
    )
})

test('lists of URLs may have spaces and empty places, but no other protocol', () => {
  assert.deepEqual(urls(' http://a , ,https://b,', '--urls'), ['http://a', 'https://b'])
  assert.deepEqual(urls('', '--urls'), [])
  assert.throws(() => urls('http://a,ftp://b', '--urls'), invalid)
})

test('origins are a list of addresses without a path, or all of them', () => {
  assert.deepEqual(origins('https://a.example, http://b:8080,', '--cors-origins'), ['https://a.example', 'http://b:8080'])
  assert.deepEqual(origins(' * ', '--cors-origins'), ['*'])
  for (const wrong of ['https://a.example/path', '*.example', 'https://a.example,*', 'null', 'a.example'])
    assert.throws(() => origins(wrong, '--cors-origins'), invalid, wrong)
})

test('a country is two capitals', () => {
  assert.equal(countryCode('DE', '--region'), 'DE')
  for (const text of ['de', 'DEU', 'D', '', 'D1']) assert.throws(() => countryCode(text, '--region'), /two capitals/)
})
