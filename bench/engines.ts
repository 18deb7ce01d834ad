import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { readState, settingsOf } from '../deploy/engines/state.ts'
import { elasticsearchWork } from './engines/elasticsearch.ts'
import type { Work } from './engines/measure.ts'
import { compare } from './engines/measure.ts'
import { redisWork } from './engines/redis.ts'
import { s3Work } from './engines/s3.ts'

// npm run bench:engines [-- --json]: each adapter beside its bare client, doing the same on the engines that are up.
const { values } = parseArgs({ options: { json: { type: 'boolean' }, run: { type: 'string' } } })
const settings = settingsOf(await readState(resolve(values.run ?? '.engines')))

await using stack = new AsyncDisposableStack()
const all: Work[] = []
if (settings.REDIS_URLS !== undefined) all.push(...(await redisWork(settings, stack)))
if (settings.S3_ENDPOINT !== undefined) all.push(...(await s3Work(settings, stack)))
if (settings.ELASTICSEARCH_URL !== undefined) all.push(...(await elasticsearchWork(settings, stack)))
if (all.length === 0) throw new Error('No engine is up: npm run engines -- up redis s3 elasticsearch')

const rows = []
for (const work of all) rows.push(await compare(work))
if (values.json) console.log(JSON.stringify({ rows }))
else console.table(rows)
