/** A test by the name that stands in a file, which shows that a promise is kept. */
export type Shown = { readonly test: string; readonly in: string }
/** A run of `npm run faults`, where no test is short enough. */
export type ShownByFaults = { readonly faults: string }
/** What shows that a promise is kept, or why it is not given. */
export type Evidence = Shown | ShownByFaults | string

export const promises = [
  'durable after kill -9',
  'ordered per key',
  'effect exactly once',
  'last write wins',
  'survives one node’s death',
  'bounded time when dead',
  'back by itself after return',
  'replay',
] as const
export type Promised = (typeof promises)[number]
export type Cells = { readonly [P in Promised]: Evidence }
export type EngineRow = {
  readonly port: string
  /** As the names of its contract tests have it, up to a comma. */
  readonly engine: string
  /** Comes with the product, or is a server of its own. */
  readonly kind: 'embedded' | 'real'
  readonly cells: Cells
}

const contract =
  (file: string) =>
  (test: string): Shown => ({ test, in: `tests/contracts/${file}` })
const engineTest = (file: string, test: string): Shown => ({ test, in: `tests/engines/${file}.engine.ts` })
const flow = (file: string, test: string): Shown => ({ test, in: `tests/flows/${file}.test.ts` })

const log = contract('event-log.suite.ts')
const objects = contract('object-store.ts')
const writers = contract('object-store.test.ts')
const cache = contract('cache.ts')
const search = contract('search-index.ts')
const history = contract('history-store.suite.ts')
const jobs = contract('jobs.suite.ts')

const databaseKilled = flow(
  'database-killed',
  'PostgreSQL is killed again and again under load: the process goes on, and nothing acknowledged is lost',
)
const everyProcessKilled = flow(
  'restart',
  'kill -9 of each process in turn: the service recovers by itself and nothing acknowledged is lost',
)
const failover = engineTest(
  'postgres-failover',
  'the primary is killed and the standby promoted under load: nothing acknowledged is lost, and nobody is started again',
)
const brokers = engineTest(
  'kafka-faults',
  'a broker is killed, another stands still, both under load: nothing acknowledged is lost, and the order of each key holds',
)
const nodeOfCassandra = engineTest(
  'cassandra-faults',
  'a node is killed and stands still under load and roll-ups: every acknowledged view is there exactly once',
)
const s3Killed = engineTest(
  's3-faults',
  'a server that is killed while it is written to keeps what it acknowledged, shows nothing half, and is used again when it is back',
)
const s3Hangs = engineTest('s3-faults', 'a server that hangs costs bounded time, and is used again when it goes on')
const elasticsearchNode = engineTest(
  'elasticsearch-faults',
  'a node that is killed or hangs costs bounded time, keeps what it acknowledged, and is used again when it is back',
)
const nearestZone = engineTest(
  'redis-faults',
  `the nearest zone gets \${signal}: every read is answered from another zone in bounded time, and the zone is used again when it is back`,
)
const allZones = engineTest(
  'redis-faults',
  'all zones are gone: everything is a miss in bounded time, nothing fails, and all goes on by itself after they are back',
)

const oneNode = 'there is one node'
const inProcess = 'it lives and dies with its process'
const rebuilt = 'it is rebuilt from the catalogue'
const noStream = 'it holds a state, not events'
const noOrder = 'each write stands for itself'
const loses = 'a cache may lose everything'

const logCells = {
  'ordered per key': log('whoever publishes at the same time, nothing is lost and the order of each key holds'),
  'effect exactly once': 'delivered at least once: handlers take repeats, see the history',
  'last write wins': 'it keeps every write',
  replay: log('a group can be replayed from the beginning and from an instant, and its lag can be read'),
} as const
const jobCells = {
  'ordered per key': 'by priority and time: it has no keys with an order',
  'effect exactly once': jobs('while a job is unfinished its key makes no second one; afterwards it does'),
  'last write wins': 'it keeps every job',
  replay: jobs('a job that fails is tried again, then is a dead letter that an operator can have tried again'),
} as const
const objectCells = {
  'ordered per key': noOrder,
  'effect exactly once': objects('of many that create an object, one does'),
  'last write wins': objects('readers of an object that is put anew see the old one or the new one'),
  replay: noStream,
} as const
const cacheCells = {
  'durable after kill -9': loses,
  'ordered per key': noOrder,
  'effect exactly once': cache('of many who replace the same value at once one succeeds; what is another value, or none, is not replaced'),
  replay: noStream,
} as const
const searchCells = {
  'ordered per key': 'versions decide, not the order',
  'effect exactly once': search('whatever order changes of titles come in, and however often, the newest version is what is searched'),
  'last write wins': search('whatever order changes of titles come in, and however often, the newest version is what is searched'),
  replay: search('while it is rebuilt the old index answers, and what is put or removed meanwhile counts'),
} as const
const historyCells = {
  'ordered per key': 'times decide, not the order',
  'effect exactly once': history(
    'a sitting lasts from its earliest to its latest report, and pages of the history hold each once, also at one instant',
  ),
  'last write wins': history('the last write wins, whatever the order, the batches and the repeats, and whoever writes at the same time'),
  replay: 'the event log is replayed into it',
} as const
const embeddedPostgres = {
  'durable after kill -9': databaseKilled,
  'survives one node’s death': oneNode,
  'bounded time when dead': databaseKilled,
  'back by itself after return': everyProcessKilled,
} as const
const standby = {
  'durable after kill -9': failover,
  'survives one node’s death': failover,
  'bounded time when dead': failover,
  'back by itself after return': failover,
} as const

const row = (port: string, engine: string, kind: EngineRow['kind'], cells: Cells): EngineRow => ({ port, engine, kind, cells })

/** Engine × promise: what shows each, or why it is not given. */
export const engineRows: readonly EngineRow[] = [
  row('event log', 'PostgreSQL', 'embedded', { ...logCells, ...embeddedPostgres }),
  row('event log', 'Kafka', 'real', {
    ...logCells,
    'durable after kill -9': brokers,
    'survives one node’s death': brokers,
    'bounded time when dead': brokers,
    'back by itself after return': brokers,
  }),
  row('jobs', 'PostgreSQL', 'embedded', { ...jobCells, ...embeddedPostgres, 'back by itself after return': everyProcessKilled }),
  row('jobs', 'PostgreSQL with a standby', 'real', { ...jobCells, ...standby }),
  row('objects', 'folder', 'embedded', {
    ...objectCells,
    'durable after kill -9': writers(
      'a writer that is killed leaves old objects or new ones, nothing in between, and what it acknowledged',
    ),
    'survives one node’s death': oneNode,
    'bounded time when dead': 'a disk is there or is not',
    'back by itself after return': writers('the lock of a writer that was killed holds nobody up'),
  }),
  row('objects', 'S3', 'real', {
    ...objectCells,
    'durable after kill -9': s3Killed,
    'survives one node’s death': 'one gateway here; the affair of who runs it',
    'bounded time when dead': s3Hangs,
    'back by itself after return': s3Killed,
  }),
  row('cache', 'memory', 'embedded', {
    ...cacheCells,
    'last write wins': cache('of many who add a value at once one succeeds, and its value is kept'),
    'survives one node’s death': inProcess,
    'bounded time when dead': inProcess,
    'back by itself after return': inProcess,
  }),
  row('cache', 'Redis, three zones', 'real', {
    ...cacheCells,
    'last write wins': engineTest(
      'redis-faults',
      'processes that count with compare-and-set in several zones count every turn once, and all zones agree at the end',
    ),
    'survives one node’s death': nearestZone,
    'bounded time when dead': allZones,
    'back by itself after return': allZones,
  }),
  row('search', 'MiniSearch', 'embedded', {
    ...searchCells,
    'durable after kill -9': rebuilt,
    'survives one node’s death': inProcess,
    'bounded time when dead': inProcess,
    'back by itself after return': rebuilt,
  }),
  row('search', 'Elasticsearch', 'real', {
    ...searchCells,
    'durable after kill -9': elasticsearchNode,
    'survives one node’s death': 'one node here; beginnings of names are compared meanwhile',
    'bounded time when dead': elasticsearchNode,
    'back by itself after return': elasticsearchNode,
  }),
  row('viewing history', 'PostgreSQL', 'embedded', { ...historyCells, ...embeddedPostgres }),
  row('viewing history', 'Cassandra', 'real', {
    ...historyCells,
    'durable after kill -9': nodeOfCassandra,
    'survives one node’s death': { faults: 'cassandra' },
    'bounded time when dead': nodeOfCassandra,
    'back by itself after return': nodeOfCassandra,
  }),
]
