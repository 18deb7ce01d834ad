import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { type Engines, openEngines } from '#platform/engines/engines.ts'
import type { SearchIndex } from '#platform/ports/search-index.ts'
import { readConfig } from '#platform/settings/config.ts'
import { elasticsearch } from '../../deploy/engines/elasticsearch.ts'
import { log } from '../boot.ts'
import { documentOf } from '../contracts/search-index.ts'
import { until } from '../member.ts'
import { type OwnServers, ownServers } from './own-servers.ts'
import { whenUp } from './up.ts'

const enginesOf = (env: Readonly<Record<string, string>>): Engines => openEngines(readConfig([], env), log)
const idsFor = async (index: SearchIndex, text: string) => (await index.search({ text, first: 50 })).ids
/** A test asks more of a machine that does other things too. */
const patient = { ELASTICSEARCH_SEARCH_MS: '20000' }
const unavailable = { code: 'SEARCH_UNAVAILABLE' }

whenUp('elasticsearch', 'ELASTICSEARCH_URL', () => {
  const promise = (title: string, check: (servers: OwnServers) => Promise<void>) =>
    test(`search index, Elasticsearch: ${title}`, async () => {
      await using servers = await ownServers(elasticsearch)
      await check(servers)
    })

  promise(
    'a node that is killed or hangs costs bounded time, keeps what it acknowledged, and is used again when it is back',
    async (servers) => {
      await using engines = enginesOf({ ...servers.env, ELASTICSEARCH_SEARCH_MS: '4000' })
      const index = await engines.open('search')
      for (let at = 0; at < 20; at += 1) await index.put([documentOf({ id: `t${at}`, names: [`Harbour ${at}`] })])
      await index.remove('t19', 1)
      for (const signal of ['SIGSTOP', 'SIGKILL'] as const) {
        await servers.signal('elasticsearch', signal)
        const since = performance.now()
        await assert.rejects(index.search({ text: 'harbour', first: 5 }), unavailable)
        await assert.rejects(index.suggest('harb', 5), unavailable)
        assert.ok(performance.now() - since < 25_000, `${signal}: ${performance.now() - since} ms`)
        if (signal === 'SIGSTOP') await servers.signal('elasticsearch', 'SIGCONT')
        else await assert.rejects(index.put([documentOf({ id: 'lost', names: ['Lost'] })]), unavailable)
        if (signal === 'SIGKILL') await servers.restart()
        await until('it is searched again', 60_000, async () => (await idsFor(index, 'harbour').catch(() => [])).length === 19 || undefined)
      }
      await index.put([documentOf({ id: 't19', names: ['Harbour 19'] })])
      assert.equal((await idsFor(index, 'harbour')).includes('t19'), false, 'what was removed stays removed')
    },
  )

  promise('processes that share it search the same titles, and one that dies while it rebuilds harms nobody', async (servers) => {
    await using one = enginesOf({ ...servers.env, ...patient })
    await using two = enginesOf({ ...servers.env, ...patient })
    const [mine, theirs] = await Promise.all([one.open('search'), two.open('search')])
    await mine.put([documentOf({ id: 'a', names: ['Lantern'] }), documentOf({ id: 'b', names: ['Compass'] })])
    assert.deepEqual(await idsFor(theirs, 'lantern'), ['a'])
    const started = Promise.withResolvers<void>()
    const dying = mine.rebuild(
      (async function* () {
        yield [documentOf({ id: 'half', names: ['Half'] })]
        started.resolve()
        await new Promise<never>(() => undefined)
      })(),
    )
    dying.catch(() => undefined)
    await started.promise
    await theirs.put([documentOf({ id: 'c', names: ['Anchor'] })])
    await theirs.rebuild(
      (async function* () {
        yield [documentOf({ id: 'a', names: ['Lantern'] }), documentOf({ id: 'c', names: ['Anchor'] })]
      })(),
    )
    assert.deepEqual([await idsFor(mine, 'anchor'), await idsFor(mine, 'compass'), await idsFor(mine, 'half')], [['c'], [], []])
    const both = Array.from({ length: 4 }, (_, at) =>
      (at % 2 === 0 ? mine : theirs).rebuild(
        (async function* () {
          yield [documentOf({ id: 'a', names: ['Lantern'], version: 2 + at })]
        })(),
      ),
    )
    await Promise.all(both)
    assert.deepEqual(await idsFor(theirs, 'lantern'), ['a'])
  })

  promise('what is no Elasticsearch, and a wrong account, are one sentence; a node that is late is waited for', async (servers) => {
    const answers = { status: 200 }
    const http = createServer((_, answer) =>
      answer.writeHead(answers.status, { 'content-type': 'application/json', 'x-elastic-product': 'Elasticsearch' }).end('{}'),
    )
      .listen(0, '127.0.0.1')
      .unref()
    await new Promise((resolve) => http.once('listening', resolve))
    const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
    const refused = async (message: RegExp): Promise<void> => {
      await using engines = enginesOf({ ELASTICSEARCH_URL: url })
      await assert.rejects(engines.open('search'), { code: 'ENGINE_REFUSES', message })
    }
    await refused(/is not Elasticsearch/)
    answers.status = 401
    await refused(/user, password or API key is wrong/)
    http.closeAllConnections()
    http.close()
    await using absent = enginesOf({ ELASTICSEARCH_URL: 'http://127.0.0.1:1', CINEGRAPH_DATABASE_WAIT_SECONDS: '1' })
    await assert.rejects(absent.open('search'), { code: 'ENGINE_ABSENT' })
    await servers.signal('elasticsearch', 'SIGKILL')
    await using late = enginesOf({ ...servers.env, ...patient })
    const waiting = late.open('search')
    await servers.restart()
    assert.deepEqual(await idsFor(await waiting, 'anything'), [])
  })
})
