import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createIssuer } from '#platform/identity/access-token.ts'
import { ada } from '../subgraph.ts'
import { frameBytes, handshakeBytes, textFrame } from './frames.ts'
import { ground, mains, type Running } from './processes.ts'
import { type Random, randomFrom } from './random.ts'
import { type Material, requestBytes } from './requests.ts'

const seed = Number(process.env.CINEGRAPH_TEST_FUZZ_SEED ?? randomInt(2 ** 31))
const secondsEach = Number(process.env.CINEGRAPH_TEST_FUZZ_SECONDS ?? 60) / mains.length
const atOnce = 16

const paths = [
  ...['/graphql', '/graphql', '/graphql', '/heartbeat', '/health/live', '/health/ready', '/metrics', '/documents.json', '/', '/explain'],
  ...['/explorer', '/explorer/start.js', '/config.json', '/page/main.ts', '/lib/preact.js', '/cache/forget', '/objects/art/x', '/art/x'],
  ...['/upload/x?expires=1&signature=x', '/a.b/streams/x/master.m3u8', '/art/..%2fstreams', '/%2e%2e/x'],
]

/** Says something over one connection, in one or more pieces, and leaves in one way or another. */
const converse = async ({ url: forMembers, admin }: Running, random: Random, material: Material): Promise<void> => {
  const url = random.chance(0.8) ? forMembers : admin
  const socket = connect({ host: url.hostname, port: Number(url.port) })
  socket.on('error', () => undefined).resume()
  if (!(await Promise.race([once(socket, 'connect').then(() => true), once(socket, 'close').then(() => false)]).catch(() => false))) return
  const isSocket = random.chance(0.35)
  socket.write(isSocket ? handshakeBytes(random) : requestBytes(random, material))
  if (isSocket) await overWebSocket(socket, random)
  else if (random.chance(0.3)) for (let times = random.below(3); times > 0; times -= 1) socket.write(requestBytes(random, material))
  await sleep(random.below(40))
  if (random.chance(0.3)) socket.resetAndDestroy()
  else socket.end()
  await sleep(random.below(10))
  socket.destroy()
}

const overWebSocket = async (socket: Socket, random: Random): Promise<void> => {
  await sleep(random.below(15))
  if (random.chance(0.8)) socket.write(textFrame({ type: 'connection_init' }))
  for (let times = random.below(8); times > 0 && socket.writable; times -= 1) {
    socket.write(frameBytes(random))
    if (random.chance(0.3)) await sleep(random.below(5))
  }
}

const fuzz = async (running: Running, random: Random, material: Material): Promise<number> => {
  const endsAt = performance.now() + secondsEach * 1_000
  let spoken = 0
  const speak = async (): Promise<void> => {
    while (performance.now() < endsAt && running.isRunning()) {
      await converse(running, random, material)
      spoken += 1
    }
  }
  await Promise.all(Array.from({ length: atOnce }, speak))
  return spoken
}

test('whatever a socket says, no process ends or fails on it', { timeout: 600_000 }, async (t) => {
  console.log(
    `fuzz: seed ${seed} (repeat with CINEGRAPH_TEST_FUZZ_SEED=${seed}), ${secondsEach.toFixed(1)} s for each of ${mains.length} processes`,
  )
  await using place = await ground()
  const token = await createIssuer(place.secrets.accessPrivateKey, 3_600).issue(ada)
  for (const [index, main] of mains.entries()) {
    await t.test(main, async () => {
      const running = await place.start(main)
      const spoken = await fuzz(running, randomFrom(seed + index), { paths, token })
      assert.ok(running.isRunning(), `it ended, seed ${seed}:\n${running.printed().slice(-3_000)}`)
      for (const url of [running.url, running.admin]) assert.equal((await fetch(new URL('/health/live', url))).status, 200)
      const code = await running.stop()
      assert.doesNotMatch(running.printed(), /uncaughtException|unhandledRejection/)
      const failures = running
        .printed()
        .split('\n')
        .filter((line) => line.includes('"level":"error"'))
      assert.deepEqual(failures.slice(0, 3), [], `${failures.length} of ${spoken} conversations made it fail inside, seed ${seed}`)
      assert.equal(code, 0)
      assert.ok(spoken > 20 * secondsEach, `${spoken} conversations`)
    })
  }
})
