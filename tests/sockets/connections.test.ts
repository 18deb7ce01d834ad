import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type ConnectionLimits, createHttp } from '#platform/http/server.ts'
import { createLog } from '#platform/observe/log.ts'
import { temporaryFolder } from '../boot.ts'

const serve = async (connections: Partial<ConnectionLimits>, stack: AsyncDisposableStack): Promise<URL> => {
  const app = createHttp({ name: 'test', log: createLog('test', 'silent'), connections })
  stack.defer(() => app.close())
  return new URL(await app.listen({ host: '127.0.0.1', port: 0 }))
}

type Line = { readonly socket: Socket; readonly text: () => string; readonly closed: Promise<unknown> }

const dial = ({ hostname, port }: URL, stack: AsyncDisposableStack): Line => {
  const socket = connect({ host: hostname, port: Number(port) })
  let text = ''
  socket.on('error', () => undefined).on('data', (data) => (text += data))
  stack.defer(() => void socket.destroy())
  return { socket, text: () => text, closed: new Promise((resolve) => socket.once('close', resolve)) }
}

test('requests that never end are given up, however slowly they go on, and others are answered meanwhile', {
  timeout: 30_000,
}, async () => {
  await using stack = new AsyncDisposableStack()
  const url = await serve({ headersMs: 300, requestMs: 600 }, stack)
  const heads = ['GET / HTTP/1.1\r\nhost: x\r\n', 'POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-length: 5000\r\n\r\n', 'GE']
  const lines = Array.from({ length: 60 }, () => dial(url, stack))
  for (const [index, { socket }] of lines.entries()) {
    socket.write(heads[index % heads.length] ?? '')
    const dripping = setInterval(() => socket.write('a'), 50)
    socket.once('close', () => clearInterval(dripping))
  }
  assert.equal((await fetch(new URL('/health/live', url))).status, 200)
  await Promise.all(lines.map(({ closed }) => closed))
  assert.match(lines[0]?.text() ?? '', /^HTTP\/1.1 408[\s\S]*INPUT_INVALID/)
})

test('a flood of headers is refused in the shape of every other error', { timeout: 30_000 }, async () => {
  await using stack = new AsyncDisposableStack()
  const url = await serve({}, stack)
  const many = dial(url, stack)
  many.socket.write(`GET /health/live HTTP/1.1\r\nhost: x\r\n${'x: y\r\n'.repeat(20_000)}\r\n`)
  await many.closed
  assert.match(many.text(), /^HTTP\/1.1 431[\s\S]*"code":"INPUT_INVALID"/)
  const wrong = dial(url, stack)
  wrong.socket.write('\0\0\0\r\n\r\n')
  await wrong.closed
  assert.match(wrong.text(), /^HTTP\/1.1 400[\s\S]*"code":"INPUT_INVALID"/)
})

test('one listener takes so many connections; idle ones are closed', { timeout: 30_000 }, async () => {
  await using stack = new AsyncDisposableStack()
  const url = await serve({ connectionsMax: 5, idleMs: 400 }, stack)
  const lines = Array.from({ length: 5 }, () => dial(url, stack))
  await Promise.all(lines.map(({ socket }) => once(socket, 'connect')))
  await sleep(50)
  const sixth = dial(url, stack)
  await sixth.closed
  assert.equal(sixth.text(), '')
  await Promise.all(lines.map(({ closed }) => closed))
})

test('what nothing has caught is printed without secrets, and the process ends in order and as failed', { timeout: 30_000 }, async () => {
  const lifecycle = JSON.stringify(join(import.meta.dirname, '../../platform/process/lifecycle.ts'))
  const ways = ["setTimeout(() => { throw new Error('for a@b.example') }, 20)", "Promise.reject(new Error('for a@b.example'))"]
  for (const way of ways) {
    const source = `import { runMain } from ${lifecycle}; await runMain(async (stack) => { stack.defer(() => console.log('closed')); ${way} })`
    const child = spawn(process.execPath, ['--input-type=module', '--disable-warning=ExperimentalWarning', '-e', source])
    let text = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (text += data))
    const [code] = await once(child, 'close')
    assert.equal(code, 1, text)
    assert.match(text, /(uncaughtException|unhandledRejection): Error: for ‹address›[\s\S]*closed/)
  }
})

test('a process whose parent was killed ends in order, though nobody reads what it prints and reports', { timeout: 30_000 }, async () => {
  await using folder = await temporaryFolder()
  const [closed, lifecycle] = [join(folder.path, 'closed'), join(import.meta.dirname, '../../platform/process/lifecycle.ts')]
  const source = `
    import { writeFileSync } from 'node:fs'
    import { setTimeout as sleep } from 'node:timers/promises'
    import { runMain } from ${JSON.stringify(lifecycle)}
    await runMain(async (stack) => {
      stack.defer(async () => {
        for (let times = 0; times < 20; times += 1) { console.error('closing'); console.log('closing'); await sleep(100) }
        writeFileSync(${JSON.stringify(closed)}, 'yes')
      })
    })`
  const child = spawn(process.execPath, ['--input-type=module', '--disable-warning=ExperimentalWarning', '-e', source], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const ended = once(child, 'exit')
  await once(child, 'message')
  for (const stream of [child.stdout, child.stderr]) stream?.destroy()
  child.disconnect()
  const [code] = await Promise.race([ended, sleep(20_000, ['still running'], { ref: false })])
  child.kill('SIGKILL')
  assert.equal(code, 0)
  assert.equal(await readFile(closed, 'utf8'), 'yes')
})
