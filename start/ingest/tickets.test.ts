import assert from 'node:assert/strict'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryFolder } from '../../tests/boot.ts'
import { type Ticket, ticketsIn } from './tickets.ts'

const ticketUntil = (at: number): Ticket => ({
  id: 'u-1',
  titleId: 't-1',
  partBytes: 8,
  partUrls: [`http://127.0.0.1:1/upload/uploads/u-1/part-00000?bytes=8&expires=${Math.floor(at / 1000)}&signature=x`],
})
const good = ticketUntil(Date.now() + 60_000)
const film = { title: 'A', sha256: '0' }
const yes = async () => true

test('a ticket is found again for the same film and title, while it is good', async () => {
  await using folder = await temporaryFolder()
  const tickets = ticketsIn(join(folder.path, 'ingest'), film)
  assert.equal(await tickets.find(yes), null)
  await tickets.keep(good)
  assert.deepEqual(await ticketsIn(join(folder.path, 'ingest'), { ...film }).find(yes), good)
  assert.equal(await tickets.find(async () => false), null, 'the service no longer knows it')
  assert.equal(await ticketsIn(join(folder.path, 'ingest'), { ...film, title: 'B' }).find(yes), null)
  await tickets.drop()
  assert.equal(await tickets.find(yes), null)
})

test('a ticket that has expired or was cut off is not used, and the next takes its place', async () => {
  await using folder = await temporaryFolder()
  const tickets = ticketsIn(folder.path, film)
  await tickets.keep(ticketUntil(Date.now() - 1_000))
  assert.equal(await tickets.find(yes), null)
  const [name = ''] = await readdir(folder.path)
  for (const text of ['', '{', JSON.stringify(good).slice(0, -5), '{"id":1}', 'null']) {
    await writeFile(join(folder.path, name), text)
    assert.equal(await tickets.find(yes), null, text)
  }
  await tickets.keep(good)
  assert.deepEqual(await tickets.find(yes), good)
})
