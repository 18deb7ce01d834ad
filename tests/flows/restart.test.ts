import assert from 'node:assert/strict'
import { test } from 'node:test'
import { temporaryFolder } from '../boot.ts'
import { Device, until } from '../member.ts'
import { childrenOf, startService } from '../run.ts'

test('kill -9 of each process in turn: the service recovers by itself and nothing acknowledged is lost', async () => {
  await using folder = await temporaryFolder()
  await using service = await startService(folder.path)
  const supervisor = service.process.pid ?? 0
  const phone = new Device(service.links, 'mobile')
  await phone.signIn()
  const page = new Device(service.links, 'web')
  await page.signIn()
  const { data } = await page.ask<{ home: { rows: readonly { cards: readonly { id: string }[] }[] } }>('home')
  const titles = [...new Set(data.home.rows.flatMap((row) => row.cards.map((card) => card.id)))]
  const acknowledged = new Map<string, number>()
  const report = async (at: number): Promise<void> => {
    const beat = { titleId: titles[at] ?? '', positionMs: 10_000 + at }
    const status = await phone.heartbeat(beat).catch(() => 0)
    if (status === 202) acknowledged.set(beat.titleId, beat.positionMs)
  }
  const names = [...childrenOf(supervisor).keys()]
  assert.equal(names.length, 6)
  let beats = 0
  for (const name of names) {
    for (let times = 0; times < 5; times += 1) await report(beats++)
    const pid = childrenOf(supervisor).get(name) ?? 0
    process.kill(pid, 'SIGKILL')
    for (let times = 0; times < 5; times += 1) await report(beats++)
    await until(`${name} runs again`, 30_000, async () => (childrenOf(supervisor).get(name) ?? pid) !== pid)
    await until(`home answers after ${name} was killed`, 30_000, async () => {
      const answer = await phone.ask<{ home: { shelves: readonly unknown[] } }>('home').catch(() => null)
      return answer !== null && answer.errors.length === 0 && answer.data.home.shelves.length > 0
    })
  }
  assert.ok(acknowledged.size >= names.length * 5, `${acknowledged.size} heartbeats were acknowledged`)
  for (const [titleId, positionMs] of acknowledged) {
    await until(`${titleId} resumes where it was acknowledged`, 40_000, async () => (await phone.resumeAtMs(titleId)) === positionMs)
  }
  assert.match(service.stderr(), /was ended by SIGKILL; started again/)
})
