import assert from 'node:assert/strict'
import { test } from 'node:test'
import pino from 'pino'
import { createHttp } from '#platform/http/server.ts'

test('a server that is slow to prepare on a busy machine starts all the same', async (t) => {
  const app = createHttp({ name: 'slow', log: pino({ level: 'silent' }) })
  t.after(() => app.close())
  const { promise: preparing, resolve: prepared } = Promise.withResolvers<void>()
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>()
  app.addHook('onReady', () => {
    begin()
    return preparing
  })
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const ready = app.ready().then(
    () => 'ready',
    (error: Error) => error.message,
  )
  await begun
  t.mock.timers.tick(60_000)
  prepared()
  assert.equal(await ready, 'ready')
})
