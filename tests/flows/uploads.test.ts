import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { objectKey } from '#platform/contracts/object-key.ts'
import { operatorEmail } from '../../prisma/seed/members.ts'
import { joinParts } from '../../workers/transcode/source.ts'
import { bootPlatform, type Platform, temporaryFolder } from '../boot.ts'
import { Device } from '../member.ts'

const film = randomBytes(20_000_000)
const sha256 = createHash('sha256').update(film).digest('hex')
let platform: Platform
let token = ''

before(async () => {
  platform = await bootPlatform()
  const operator = new Device(platform.links, 'web')
  await operator.signIn(operatorEmail, 'operator-for-tests')
  token = operator.token
})
after(() => platform[Symbol.asyncDispose]())

type Answer<D> = {
  readonly data: D | null
  readonly errors?: readonly { readonly message: string; readonly extensions: { readonly code: string } }[]
}
type Ticket = { readonly id: string; readonly partBytes: number; readonly partUrls: readonly string[] }

const ask = async <D>(query: string): Promise<Answer<D>> => {
  const response = await fetch(`${platform.links.supergraph}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query }),
  })
  return (await response.json()) as Answer<D>
}
const start = (bytes = film.length, { sum = sha256, more = '' } = {}) =>
  ask<{ startUpload: Ticket }>(
    `mutation { startUpload(input: { title: "Film", bytes: ${bytes}, sha256: "${sum}" ${more} }) { id partBytes partUrls } }`,
  )
const started = async (sum?: string): Promise<Ticket> => {
  const { data } = await start(film.length, sum === undefined ? {} : { sum })
  assert.ok(data)
  return data.startUpload
}
const finish = (id: string) => ask<{ finishUpload: { step: string } }>(`mutation { finishUpload(id: "${id}") { step } }`)
const partOf = ({ partBytes }: Ticket, at: number): Buffer => film.subarray(at * partBytes, (at + 1) * partBytes)
const send = async (ticket: Ticket, at: number, body: Buffer = partOf(ticket, at)): Promise<number> => {
  const response = await fetch(ticket.partUrls[at] ?? '', {
    method: 'PUT',
    body: new Uint8Array(body),
    headers: { 'content-type': 'application/json' },
  })
  await response.arrayBuffer()
  return response.status
}
const folderOf = ({ id }: Ticket) => `uploads/${id}`
const joined = async (ticket: Ticket, sum = sha256): Promise<Buffer> => {
  await using folder = await temporaryFolder()
  return readFile(await joinParts(platform.objects, folderOf(ticket), { workDir: folder.path, sha256: sum }))
}

test('an upload is finished when every part has arrived, in any order and any number of times', async () => {
  const ticket = await started()
  assert.equal(ticket.partUrls.length, 3)
  for (const [at, missing] of [
    [2, 1],
    [0, 2],
  ] as const) {
    assert.equal(await send(ticket, at), 200)
    assert.match((await finish(ticket.id)).errors?.[0]?.message ?? '', new RegExp(`Part ${missing} .* missing`))
  }
  for (const at of [1, 1, 0]) assert.equal(await send(ticket, at), 200)
  assert.equal((await finish(ticket.id)).data?.finishUpload.step, 'queued')
  assert.ok((await joined(ticket)).equals(film), 'the parts make the film')
  const other = Buffer.from(partOf(ticket, 0).map((byte) => byte ^ 1))
  assert.equal(await send(ticket, 0, other), 409, 'no part is taken once it is finished')
  assert.ok((await joined(ticket)).equals(film), 'the parts still make the film')
})

test('a part of the wrong size is refused, and the upload is not finished with it', async () => {
  const ticket = await started()
  for (const at of [0, 1, 2]) await send(ticket, at)
  const other = await started()
  for (const at of [0, 2]) await send(other, at)
  for (const body of [partOf(other, 2), Buffer.concat([partOf(other, 1), Buffer.from('x')]), Buffer.alloc(0)])
    assert.equal(await send(other, 1, body), 400)
  assert.equal((await finish(other.id)).errors?.[0]?.extensions.code, 'UPLOAD_INCOMPLETE')
  assert.equal(await platform.objects.head(objectKey(`${folderOf(other)}/part-00001`)), null)
})

test('what arrived otherwise than it was announced is refused by its checksum', async () => {
  const ticket = await started('0'.repeat(64))
  for (const at of [0, 1, 2]) await send(ticket, at)
  await assert.rejects(joined(ticket, '0'.repeat(64)), { code: 'UPLOAD_CHECKSUM' })
})

test('finishing an upload that has failed says why it failed, and asks for no parts that are taken no more', async () => {
  const ticket = await started('0'.repeat(64))
  for (const at of [0, 1, 2]) await send(ticket, at)
  await finish(ticket.id)
  const { prisma } = platform.database
  await prisma.upload.update({ where: { id: ticket.id }, data: { step: 'failed', error: 'What arrived differs.' } })
  for (const part of [1, 2, 3]) await platform.objects.remove(objectKey(`${folderOf(ticket)}/part-0000${part - 1}`))
  assert.deepEqual((await finish(ticket.id)).data?.finishUpload.step, 'failed')
})

test('of many who finish an upload at once, one starts the work', async () => {
  const { pool } = platform.database
  await pool.query('create table catalog.told (id bigserial)')
  await pool.query(`create function catalog.tell() returns trigger language plpgsql as $$ begin
    if new.topic = 'catalog.sources' then insert into catalog.told default values; end if; return new; end $$`)
  await pool.query('create trigger tell after insert on catalog.outbox for each row execute function catalog.tell()')
  const ticket = await started()
  for (const at of [0, 1, 2]) await send(ticket, at)
  const answers = await Promise.all(Array.from({ length: 8 }, () => finish(ticket.id)))
  for (const answer of answers) assert.equal(answer.errors, undefined)
  assert.equal((await pool.query('select from catalog.told')).rowCount, 1)
})

test('a short film in a large file is taken, and has an address for each part', async () => {
  for (const bytes of [2 ** 31, 50 * 2 ** 30, 256 * 2 ** 30]) {
    const { data, errors } = await start(bytes, { more: ', durationMs: 600000, height: 2160' })
    assert.equal(errors, undefined, `${bytes}`)
    assert.equal(data?.startUpload.partUrls.length, Math.ceil(bytes / (data?.startUpload.partBytes ?? 1)))
  }
})

test('a film that cannot be made is refused before a byte of it is sent, in words', async () => {
  const codeOf = async (bytes: number, more = '') => (await start(bytes, { more })).errors?.[0]?.extensions.code
  for (const bytes of [256 * 2 ** 30 + 1, 1e13, 1e15]) {
    const { errors } = await start(bytes)
    assert.equal(errors?.[0]?.extensions.code, 'SOURCE_TOO_LARGE', `${bytes}`)
    assert.match(errors[0].message, /at most 256 GB are taken. Export it at a lower bitrate/)
  }
  const { errors } = await start(film.length, { more: `, durationMs: ${25 * 3_600_000}` })
  assert.equal(errors?.[0]?.extensions.code, 'SOURCE_TOO_LARGE')
  assert.match(errors[0].message, /it lasts 25.0 hours, and at most 24 are taken. Upload it in parts/)
  assert.equal(await codeOf(film.length, ', durationMs: 7200000, height: 2160'), undefined, 'a film of two hours is taken')
  assert.equal(await codeOf(film.length, ', durationMs: 86400000'), undefined)
  for (const bytes of [0, -1, 1.5]) assert.equal(await codeOf(bytes), 'BAD_USER_INPUT', `${bytes}`)
  for (const more of [', durationMs: 0', ', durationMs: -1', ', height: 0']) assert.equal(await codeOf(1, more), 'BAD_USER_INPUT', more)
})
