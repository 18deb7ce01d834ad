import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createHttp } from '#platform/http/server.ts'
import { log } from '../boot.ts'
import { sendRaw } from '../raw-http.ts'

test('a request that names two hosts is refused: a proxy in front may have looked at the other one', async (t) => {
  const app = createHttp({ name: 'hosts', log })
  t.after(() => app.close())
  app.get('/page', async () => 'a page')
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const { host } = new URL(url)
  const statusOf = async (target: string, ...hosts: readonly string[]) =>
    (await sendRaw(url, `GET ${target} HTTP/1.1\r\n${hosts.map((each) => `${each}\r\n`).join('')}connection: close\r\n\r\n`)).status
  assert.equal(await statusOf('/page', `Host: ${host}`), 200)
  assert.equal(await statusOf(`http://${host}/page`, `Host: ${host}`), 200)
  for (const second of ['Host: evil.example', 'HOST: evil.example', `host: ${host}`, 'hOsT:'])
    assert.equal(await statusOf('/page', `Host: ${host}`, second), 400, second)
  for (const target of ['http://evil.example/page', `http://${host}@evil.example/page`, 'http://evil.example:80/health/live'])
    assert.equal(await statusOf(target, `Host: ${host}`), 400, target)
})
