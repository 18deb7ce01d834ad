import type { JobQueue } from '#platform/contracts/job-queue.ts'
import type { Topic } from '#platform/contracts/topic.ts'
import type { Engines } from '#platform/engines/engines.ts'
import type { ExecuteGraphql } from '#platform/graphql/execute.ts'
import type { Subgraph } from '#platform/graphql/subgraph.ts'
import type { SecretStore } from '#platform/identity/secrets.ts'
import type { Log } from '#platform/observe/log.ts'
import { hasOutbox, relayOutbox } from '#platform/postgres/relay.ts'
import { type Sweep, sweepRegularly } from '#platform/postgres/sweep.ts'
import type { Config } from '#platform/settings/config.ts'

/** What a subgraph is made of, alone or among the others. */
export type SubgraphParts = {
  readonly config: Config
  readonly secrets: SecretStore
  readonly engines: Pick<Engines, 'open'>
  /** The whole graph, for facts that other subgraphs own. */
  readonly supergraph: ExecuteGraphql
  readonly clock: () => Date
  readonly log: Log
}

/** What `subgraphs/<name>/subgraph.ts` exports as `subgraph`: all that the rest of the service knows of it. */
export type SubgraphDefinition = {
  /** The name of its folder, of its PostgreSQL schema and of its group of event consumers. */
  readonly name: string
  /** Makes the subgraph, with its stores, from the engines it needs. */
  readonly create: (parts: SubgraphParts) => Promise<Subgraph>
  /** Topics and jobs it publishes, through its outbox or directly. */
  readonly publishes: readonly (Topic | JobQueue)[]
  /** Tables of its schema whose rows are removed when their time is over. */
  readonly sweeps?: readonly Sweep[]
  /** What a screen lacks while this subgraph does not answer. */
  readonly without: string
}

/** Makes a subgraph and, when its PostgreSQL schema has a table `outbox`, starts publishing what that holds; sweeps the tables it names. */
export const startSubgraph = async ({ name, create, sweeps = [] }: SubgraphDefinition, parts: SubgraphParts): Promise<Subgraph> => {
  await using stack = new AsyncDisposableStack()
  const subgraph = stack.use(await create(parts))
  const database = await parts.engines.open('database')
  if (await hasOutbox(database.pool, name)) {
    const [events, jobs] = [await parts.engines.open('events'), await parts.engines.open('jobs')]
    stack.use(relayOutbox({ database, schema: name, events, jobs, log: parts.log }))
  }
  if (sweeps.length > 0) stack.use(sweepRegularly({ pool: database.pool, schema: name, sweeps, clock: parts.clock, log: parts.log }))
  const owned = stack.move()
  return { ...subgraph, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}
