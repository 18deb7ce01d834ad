import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { operatorEmail } from '../../prisma/seed/members.ts'
import { type Kept, newMember, newUpload } from '../acknowledged.ts'
import { temporaryFolder } from '../boot.ts'
import { Device, until } from '../member.ts'
import { childOf, childrenOf, startService } from '../run.ts'

const againMs = 120_000

test('kill -9 of each process in turn: the service recovers by itself and nothing acknowledged is lost', async () => {
  await using folder = await temporaryFolder()
  await using service = await startService(folder.path)
  const { links } = service
  const supervisor = service.process.pid ?? 0
  const phone = new Device(links, 'mobile')
  await phone.signIn()
  const operator = new Device(links, 'web')
  await operator.signIn(operatorEmail, (await readFile(join(folder.path, 'secrets', 'operator-password'), 'utf8')).trim())
  const { data } = await operator.ask<{ home: { rows: readonly { cards: readonly { id: string }[] }[] } }>('home')
  const titles = [...new Set(data.home.rows.flatMap((row) => row.cards.map((card) => card.id)))]
  const acknowledged = new Map<string, number>()
  const kept: Kept[] = []
  const report = async (at: number): Promise<void> => {
    const beat = { titleId: titles[at] ?? '', positionMs: 10_000 + at }
    const status = await phone.heartbeat(beat).catch(() => 0)
    if (status === 202) acknowledged.set(beat.titleId, beat.positionMs)
  }
  let beats = 0
  const write = async (email: string): Promise<void> => {
    for (let times = 0; times < 5; times += 1) await report(beats++)
    kept.push(...(await newMember(links, email)), ...(await newUpload(links, operator.token)))
  }
  const names = [...childrenOf(supervisor).keys()]
  assert.equal(names.length, 6)
  for (const [at, name] of names.entries()) {
    const pid = childOf(supervisor, name)
    await write(`before.${at}@example.org`)
    process.kill(pid, 'SIGKILL')
    await write(`after.${at}@example.org`)
    await until(`${name} runs again`, againMs, async () => (childrenOf(supervisor).get(name) ?? pid) !== pid)
    const next = childOf(supervisor, name)
    const ready = new RegExp(`^start  [\\w-]+: ready after [\\d.]+ s, process ${next}$`, 'm')
    await until(`it is said that ${name} is ready again, and as which process`, againMs, async () => ready.test(service.stderr()))
    await until(`home answers after ${name} was killed`, againMs, async () => {
      const answer = await phone.ask<{ home: { shelves: readonly unknown[] } }>('home').catch(() => null)
      return answer !== null && answer.errors.length === 0 && answer.data.home.shelves.length > 0
    })
  }
  assert.ok(acknowledged.size >= names.length * 5, `${acknowledged.size} heartbeats were acknowledged`)
  assert.ok(kept.length >= names.length * 4, `${kept.length} other writes were acknowledged`)
  for (const [titleId, positionMs] of acknowledged) {
    await until(`${titleId} resumes where it was acknowledged`, againMs, async () => (await phone.resumeAtMs(titleId)) === positionMs)
  }
  for (const isKept of kept) await isKept()
  assert.match(service.stderr(), /was ended by SIGKILL; started again/)
})
