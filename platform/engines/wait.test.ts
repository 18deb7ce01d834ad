import assert from 'node:assert/strict'
import { test } from 'node:test'
import { waitForEngine } from './wait.ts'

const wait = (seconds: number, refusal: string | undefined) => {
  const said: string[] = []
  const waited = waitForEngine({
    engine: 'Search',
    setting: 'SEARCH_URL',
    where: 'a:1',
    seconds,
    log: { warn: (_: unknown, text?: string) => void said.push(text ?? '') },
    attempt: () => Promise.reject(new Error(`<html>\n  <body>${'no such page '.repeat(100)}</body>\n</html>`)),
    refusal: () => refusal,
  })
  return { said, waited }
}

test('whatever a server answers, what is said of it is one line that names the setting', async () => {
  for (const refusal of [undefined, 'a page\nof\nmany lines'])
    await assert.rejects(wait(0, refusal).waited, (error: Error) => {
      assert.match(error.message, /orrect SEARCH_URL/)
      assert.doesNotMatch(error.message, /\n/)
      return error.message.length < 500
    })
})
