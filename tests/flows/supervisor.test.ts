import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { WebSocket } from 'ws'
import { freePort } from '#platform/process/free-port.ts'
import { temporaryFolder } from '../boot.ts'
import { Device, until } from '../member.ts'
import { childrenOf, freePortBase, startAndEnd, startService } from '../run.ts'

/** Makes the event loop of a running process stand still for ever, through the inspector that every Node opens on SIGUSR1. */
const hang = async (pid: number, said: () => string): Promise<void> => {
  const before = said().length
  process.kill(pid, 'SIGUSR1')
  const url = await until('the inspector listens', 20_000, async () => /Debugger listening on (ws:\S+)/.exec(said().slice(before))?.[1])
  const socket = new WebSocket(url)
  await once(socket, 'open')
  socket.on('error', () => undefined)
  socket.send(JSON.stringify({ id: 1, method: 'Runtime.evaluate', params: { expression: 'for (;;);' } }))
}

test('a process whose event loop stands still is replaced, while the others go on', { timeout: 180_000 }, async () => {
  await using folder = await temporaryFolder()
  await using service = await startService(folder.path, ['--processes', 'split', '--silent-seconds', '5'], {
    env: { NODE_OPTIONS: '--inspect-port=127.0.0.1:0' },
  })
  const supervisor = service.process.pid ?? 0
  const [phone, television] = [new Device(service.links, 'mobile'), new Device(service.links, 'tv')]
  await phone.signIn()
  await television.signIn()
  const before = childrenOf(supervisor)
  const [name = '', pid = 0] = [...before].find(([each]) => each === `start/bff.main.ts ${new URL(service.links.mobile).port}`) ?? []
  await hang(pid, service.stderr)
  await assert.rejects(fetch(`${service.links.mobile}/health/live`, { signal: AbortSignal.timeout(1_000) }), 'it hangs')
  const { errors } = await television.ask('home')
  assert.deepEqual(errors, [], 'the television is served meanwhile')
  await until(`${name} has been replaced`, 60_000, async () => (childrenOf(supervisor).get(name) ?? pid) !== pid)
  await until('the phone is served again', 60_000, async () => {
    const answer = await phone.ask('home').catch(() => null)
    return answer !== null && answer.errors.length === 0
  })
  assert.match(service.stderr(), /its event loop stood still for 5 s; started again/)
  for (const [each, id] of before) if (each !== name) assert.equal(childrenOf(supervisor).get(each), id, `${each} went on`)
})

test('a database that never comes is waited for, visibly, and then named', { timeout: 120_000 }, async () => {
  await using folder = await temporaryFolder()
  const url = `postgresql://cinegraph:secret-word@127.0.0.1:${await freePort()}/cinegraph`
  const base = String(await freePortBase())
  const args = ['--data', folder.path, '--database-url', url, '--database-wait-seconds', '6', '--port-base', base]
  const { code, stderr } = await startAndEnd(args)
  assert.equal(code, 1)
  assert.match(stderr, /waiting for the database {2}\(where 127\.0\.0\.1:\d+, why .*ECONNREFUSED/)
  assert.match(stderr, /The database at 127\.0\.0\.1:\d+ has not answered within 6 s/)
  assert.doesNotMatch(stderr, /secret-word|tried again by itself/)
})
