import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Lease, Leases } from '#platform/ports/leases.ts'
import { until } from '../member.ts'

type Opened = AsyncDisposable & {
  /** The same leases as another process has them. */
  readonly connect: () => Promise<Leases>
}

const long = 60_000

/** What every adapter of the port promises; `open` gives leases that share nothing with those of another call. */
export const leasePromises = (adapter: string, open: () => Promise<Opened>): void => {
  const promise = (title: string, check: (leases: Leases, connect: Opened['connect']) => Promise<void>) =>
    test(`leases, ${adapter}: ${title}`, async () => {
      await using opened = await open()
      await check(await opened.connect(), opened.connect)
    })

  promise('of many who take a key at once one gets it, in whatever process', async (leases, connect) => {
    const others = [leases, await connect(), await connect()]
    const taken = await Promise.all(Array.from({ length: 30 }, (_, at) => (others[at % 3] ?? leases).take(['leader'], `node-${at}`, long)))
    assert.equal(taken.filter((lease) => lease !== null).length, 1)
  })

  promise('so many places are taken as there are keys, and one that is released is free at once', async (leases) => {
    const places = ['stream/a/1', 'stream/a/2']
    const taken = await Promise.all(['tv', 'phone', 'web', 'car'].map((device) => leases.take(places, device, long)))
    const held = taken.filter((lease) => lease !== null)
    assert.deepEqual(held.map(({ key }) => key).toSorted(), places)
    assert.equal(await leases.take(places, 'late', long), null)
    const [first] = held
    assert.ok(first)
    await leases.release(first)
    assert.equal((await leases.take(places, 'late', long))?.key, first.key)
    assert.equal((await leases.take(['stream/b/1'], 'other', long))?.key, 'stream/b/1')
  })

  promise('who holds a place and takes again keeps that place and takes no second one', async (leases) => {
    const places = ['s/1', 's/2', 's/3']
    await leases.take(places, 'first', long)
    const mine = await leases.take(places, 'me', long)
    assert.equal((await leases.take(places, 'me', long))?.key, mine?.key)
    assert.equal((await leases.list('s/')).length, 2)
  })

  promise('a lease that is renewed stays, one that is not runs out, and its token then renews nothing', async (leases) => {
    const [kept, lost] = [await leases.take(['kept'], 'a', 700), await leases.take(['lost'], 'a', 700)]
    assert.ok(kept && lost)
    assert.ok(await leases.renew(kept, long))
    const next = await until('the lease runs out', 10_000, async () => (await leases.take(['lost'], 'b', long)) ?? undefined)
    assert.equal(await leases.take(['kept'], 'b', long), null)
    assert.ok(next.token > lost.token, 'a later lease has a higher token')
    assert.equal(await leases.renew(lost, long), null)
    await leases.release(lost)
    assert.deepEqual(
      (await leases.list('lost')).map(({ holder }) => holder),
      ['b'],
    )
  })

  promise('a lease that ran out cannot be renewed, though nobody took it', async (leases) => {
    const lease = await leases.take(['k'], 'a', 50)
    assert.ok(lease)
    await sleep(200)
    assert.equal(await leases.renew(lease, long), null)
    assert.deepEqual(await leases.list('k'), [])
  })

  promise('many are renewed at once: each of its own keys, none that ran out or that another holds', async (leases) => {
    const places = (account: string) => [1, 2, 3].map((at) => `stream/${account}/${at}`)
    const accounts = Array.from({ length: 20 }, (_, at) => `account-${at}`)
    const taken = await Promise.all(accounts.map((account) => leases.take(places(account), `session of ${account}`, 60_000)))
    const lost = await leases.take(places('lost'), 'session of lost', 50)
    await leases.take(places('other'), 'somebody', 60_000)
    await sleep(200)
    const claims = [...accounts, 'lost', 'other'].map((account) => ({ keys: places(account), holder: `session of ${account}` }))
    const renewed = await leases.renewHeld([...claims, ...claims.slice(0, 2)], 3_600_000)
    assert.deepEqual(
      renewed.map((lease) => lease?.key ?? null),
      [...taken, null, null, ...taken.slice(0, 2)].map((lease) => lease?.key ?? null),
    )
    assert.ok(lost !== null && renewed.every((lease) => lease === null || lease.expiresAt.getTime() > Date.now() + 3_000_000))
    assert.deepEqual(await leases.renewHeld([], 1_000), [])
  })

  promise('tokens grow with every lease, also of a key that was released', async (leases) => {
    const tokens: bigint[] = []
    for (let times = 0; times < 5; times += 1) {
      const lease: Lease | null = await leases.take(['k'], `h${times}`, long)
      assert.ok(lease)
      tokens.push(lease.token)
      await leases.release(lease)
    }
    assert.deepEqual(
      tokens,
      tokens.toSorted((a, b) => (a < b ? -1 : 1)),
    )
    assert.equal(new Set(tokens).size, 5)
  })

  promise('a list has what is held below a prefix and nothing else, whatever signs the prefix has', async (leases) => {
    for (const key of ['node/b', 'node/a', 'node_x', 'nod%', 'other']) await leases.take([key], key, long)
    assert.deepEqual(
      (await leases.list('node/')).map(({ key }) => key),
      ['node/a', 'node/b'],
    )
    assert.deepEqual(
      (await leases.list('nod%')).map(({ key }) => key),
      ['nod%'],
    )
    assert.equal((await leases.list('')).length, 5)
  })

  promise('two never hold one key at the same time, while many take, renew and release it', async (_leases, connect) => {
    const state = { holding: 0, most: 0, turns: 0 }
    const worker = async (name: string): Promise<void> => {
      const own = await connect()
      for (let turn = 0; turn < 8; ) {
        const lease = await own.take(['shared'], name, long)
        if (lease === null) {
          await sleep(Math.random() * 5)
          continue
        }
        state.holding += 1
        state.most = Math.max(state.most, state.holding)
        assert.ok(await own.renew(lease, long))
        state.holding -= 1
        await own.release(lease)
        state.turns += 1
        turn += 1
      }
    }
    await Promise.all(['a', 'b', 'c', 'd'].map(worker))
    assert.deepEqual([state.most, state.turns], [1, 32])
  })
}
