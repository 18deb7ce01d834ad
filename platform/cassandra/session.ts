import { setTimeout as sleep } from 'node:timers/promises'
import { auth, Client, type ClientOptions, errors, policies, types } from 'cassandra-driver'
import { messageOf } from '#platform/errors/errors.ts'
import type { ClusterUrl } from '#platform/settings/cluster-url.ts'

export type Row = Readonly<Record<string, unknown>>
export type Statement = { readonly query: string; readonly params: readonly unknown[] }
export type ReadOptions = {
  /** Of the settings' level without it. `serial` also completes a compare-and-set that is under way. */
  readonly consistency?: 'serial'
  readonly rowsPerPage?: number
}

/** Prepared statements on a Cassandra cluster. All but `writeIf` may be sent more than once, so statements of `write` are idempotent. */
export type CassandraSession = AsyncDisposable & {
  readonly keyspace: string
  /** Replicas of a row in a keyspace that is made anew. */
  readonly replication: number
  readonly datacenter: string
  /** Rows in their order, page after page, as they are asked for. */
  readonly read: (statement: Statement, options?: ReadOptions) => AsyncIterable<Row>
  /** Durable, on as many replicas as the level wants, when it resolves. Statements of one partition are applied together. */
  readonly write: (statements: readonly Statement[]) => Promise<void>
  /** A compare-and-set; gives whether it was applied. When it throws, it may have been. */
  readonly writeIf: (statement: Statement) => Promise<boolean>
  /** Changes the schema and waits until all nodes have it. */
  readonly define: (statement: string) => Promise<void>
  readonly healthy: () => Promise<boolean>
}

const readTimeoutMs = 3_000
/** A read that has not been answered by then is sent to another node too; a write much later, since each costs every replica. */
const speculateAfterMs = { read: 50, write: 500 }
const triesMax = 3
const replicasMax = 3

/** Tries idempotent statements again, first elsewhere: https://docs.datastax.com/en/developer/nodejs-driver/4.8/features/retry/ */
class IdempotentRetry extends policies.retry.RetryPolicy {
  override onReadTimeout(info: policies.retry.OperationInfo): policies.retry.DecisionInfo {
    return this.#again(info)
  }
  override onWriteTimeout(info: policies.retry.OperationInfo): policies.retry.DecisionInfo {
    return this.#again(info)
  }
  override onUnavailable(info: policies.retry.OperationInfo): policies.retry.DecisionInfo {
    return this.#again(info)
  }
  override onRequestError(info: policies.retry.OperationInfo): policies.retry.DecisionInfo {
    return this.#again(info)
  }
  #again({ nbRetry, executionOptions }: policies.retry.OperationInfo): policies.retry.DecisionInfo {
    if (nbRetry >= triesMax || executionOptions.isIdempotent() !== true) return this.rethrowResult()
    return this.retryResult(executionOptions.getConsistency(), false)
  }
}

class Speculation extends policies.speculativeExecution.ConstantSpeculativeExecutionPolicy {
  readonly #writes = new policies.speculativeExecution.ConstantSpeculativeExecutionPolicy(speculateAfterMs.write, 1)
  constructor() {
    super(speculateAfterMs.read, 2)
  }
  override newPlan(keyspace: string, query: string | object[]): { nextExecution: () => number } {
    const isRead = typeof query === 'string' && /^\s*select\b/i.test(query)
    return (isRead ? super.newPlan(keyspace, query) : this.#writes.newPlan(keyspace, query)) as { nextExecution: () => number }
  }
}

const optionsFrom = ({ hosts, user, password, options }: ClusterUrl): ClientOptions => ({
  contactPoints: hosts.map(({ host, port }) => `${host}:${port}`),
  protocolOptions: { port: hosts[0]?.port ?? 9042 },
  encoding: { useBigIntAsLong: true, useUndefinedAsUnset: true },
  socketOptions: { readTimeout: readTimeoutMs, connectTimeout: readTimeoutMs, defunctReadTimeoutThreshold: 8 },
  pooling: { heartBeatInterval: 10_000 },
  ...(user === '' ? {} : { authProvider: new auth.PlainTextAuthProvider(user, password) }),
  ...(options.tls === 'true' ? { sslOptions: { rejectUnauthorized: true } } : {}),
})

/** Connects to the nodes that a URL names; its `datacenter` is that of the first node which answers unless it is given. */
export const connectCassandra = async (url: ClusterUrl): Promise<CassandraSession> => {
  const datacenter = url.options.datacenter ?? (await datacenterOf(url))
  const level = (url.options.consistency ?? 'LOCAL_QUORUM').replace(/_./g, (part) => part[1] ?? '').toLowerCase()
  const consistency = levels.get(level) ?? types.consistencies.localQuorum
  const client = new Client({
    ...optionsFrom(url),
    localDataCenter: datacenter,
    policies: { retry: new IdempotentRetry(), speculativeExecution: new Speculation() },
    queryOptions: { consistency, serialConsistency: types.consistencies.localSerial, prepare: true, isIdempotent: true },
  })
  client.on('error', () => undefined)
  try {
    await client.connect()
  } catch (error) {
    await client.shutdown().catch(() => undefined)
    throw withReason(error)
  }
  const replication = Number(url.options.replication ?? Math.min(replicasMax, client.hosts.length))
  return sessionOf(client, { keyspace: url.name === '' ? 'cinegraph' : url.name, datacenter, replication })
}

const levels = new Map(Object.entries(types.consistencies).map(([name, level]) => [name.toLowerCase(), level as number]))

const datacenterOf = async (url: ClusterUrl): Promise<string> => {
  const client = new Client({ ...optionsFrom(url), policies: { loadBalancing: new policies.loadBalancing.RoundRobinPolicy() } })
  client.on('error', () => undefined)
  try {
    const { rows } = await client.execute('select data_center from system.local')
    return String(rows[0]?.data_center)
  } catch (error) {
    throw withReason(error)
  } finally {
    await client.shutdown().catch(() => undefined)
  }
}

/** NOTE: the driver keeps what each node said apart from its own message. */
const withReason = (error: unknown): unknown => {
  if (!(error instanceof errors.NoHostAvailableError)) return error
  const [first] = Object.values(error.innerErrors as Readonly<Record<string, unknown>>)
  return first ?? error
}

const sessionOf = (client: Client, place: Pick<CassandraSession, 'keyspace' | 'datacenter' | 'replication'>): CassandraSession => ({
  ...place,
  read: (statement, options) => readPages(client, statement, options),
  write: async (statements) => {
    const [first, ...more] = statements
    if (first === undefined) return
    const reason = (error: unknown): never => {
      throw withReason(error)
    }
    if (more.length === 0) await client.execute(first.query, [...first.params]).catch(reason)
    else
      await client
        .batch(
          statements.map(({ query, params }) => ({ query, params: [...params] })),
          { prepare: true, logged: false, isIdempotent: true },
        )
        .catch(reason)
  },
  writeIf: async ({ query, params }) => {
    const { rows } = await client.execute(query, [...params], { prepare: true, isIdempotent: false })
    return rows[0]?.['[applied]'] === true
  },
  define: async (statement) => {
    await client.execute(statement, [], { prepare: false, isIdempotent: false, readTimeout: 20_000 })
  },
  healthy: () => isHealthy(client),
  [Symbol.asyncDispose]: () => client.shutdown(),
})

async function* readPages(client: Client, { query, params }: Statement, options: ReadOptions = {}): AsyncGenerator<Row> {
  const asked = {
    fetchSize: options.rowsPerPage ?? 1_000,
    ...(options.consistency === 'serial' ? { consistency: types.consistencies.localSerial } : {}),
  }
  for (let pageState: string | undefined; ; ) {
    const page = await client.execute(query, [...params], pageState === undefined ? asked : { ...asked, pageState })
    yield* page.rows as readonly Row[]
    if (page.pageState === null || page.pageState === undefined) return
    pageState = page.pageState
  }
}

const isHealthy = async (client: Client): Promise<boolean> => {
  const asked = client.execute('select key from system.local').then(() => true)
  return Promise.race([asked, sleep(readTimeoutMs, false, { ref: false })]).catch(() => false)
}

/** Whether an error of `connectCassandra` is one of nodes that may still come up. */
export const isPassingCassandraFault = (error: unknown): boolean => {
  if (error instanceof errors.AuthenticationError || error instanceof errors.ArgumentError) return false
  return !/datacenter|Bad credentials|Authentication|certificate|SSL|not supported/i.test(messageOf(error))
}
