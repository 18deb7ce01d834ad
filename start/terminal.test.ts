import assert from 'node:assert/strict'
import { Writable } from 'node:stream'
import { test } from 'node:test'
import { createLog } from '#platform/observe/log.ts'
import { readableLine } from './terminal.ts'

const lineOf = (write: (log: ReturnType<typeof createLog>) => void): string => {
  let line = ''
  const destination = new Writable({
    write: (chunk, _encoding, done) => {
      line += String(chunk)
      done()
    },
  })
  write(createLog('workers', 'info', destination))
  return readableLine(line.trim())
}

test('a person reads words on the terminal, not JSON', () => {
  const published = lineOf((log) => log.info({ titleId: 't-0010', rungs: 3, heights: [240, 360] }, 'stream published'))
  assert.match(published, /INFO.*workers {2}stream published {2}\(titleId t-0010, rungs 3, heights 240 360\)\n$/)
  const failed = lineOf((log) => log.error({ err: new Error('it broke'), at: { step: 'encoding' } }, 'request failed'))
  assert.match(failed, /request failed {2}\(err it broke, at \{ step encoding \}\)/)
  for (const line of [published, failed]) assert.doesNotMatch(line, /"/)
})
