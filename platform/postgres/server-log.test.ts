import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Log } from '#platform/observe/log.ts'
import { logServerLine } from '#platform/postgres/server-log.ts'

const logged = (line: string): readonly string[] => {
  const lines: string[] = []
  const at = (level: string) => (text: unknown) => void lines.push(`${level} ${String(text)}`)
  logServerLine({ debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') } as Log, line)
  return lines
}
const from = (severity: string, text: string): string => `2026-11-25 18:00:00.000 UTC [123] ${severity}:  ${text}`

test('sessions that end because the server starts or stops are not worth a line at the usual level', () => {
  for (const text of [
    'the database system is starting up',
    'the database system is shutting down',
    'terminating connection due to administrator command',
  ])
    assert.deepEqual(logged(from('FATAL', text)), [`debug postgres: a session was ended: ${text}`])
  assert.deepEqual(logged(from('LOG', 'listening on port 1')), ['debug postgres: listening on port 1'])
})

test('what is wrong keeps its weight', () => {
  assert.deepEqual(logged(from('FATAL', 'password authentication failed for user "x"')), [
    'warn postgres: a session was ended: password authentication failed for user "x"',
  ])
  assert.deepEqual(logged(from('PANIC', 'could not write to file')), ['error postgres: could not write to file'])
  assert.deepEqual(logged(from('ERROR', 'deadlock detected')), ['warn postgres: deadlock detected'])
})
