import { createHash } from 'node:crypto'
import { hostname } from 'node:os'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { Report, Trace } from '@apollo/usage-reporting-protobuf'
import { calculateReferencedFieldsByType, usageReportingSignature } from '@apollo/utils.usagereporting'
import type { GraphQLSchema } from 'graphql'
import { LRUCache } from 'lru-cache'
import { messageOf } from '#platform/errors/errors.ts'
import type { GraphqlRequest } from '#platform/graphql/execute.ts'
import type { Log } from '#platform/observe/log.ts'
import { policy } from '#platform/resilience/policy.ts'
import { retry } from '#platform/resilience/retry.ts'
import type { Finished } from '../engine/finished.ts'
import type { ReadOperation } from '../engine/operation/document.ts'
import type { StudioSettings } from './studio-settings.ts'
import { type Client, repeatedTrace, traceOf } from './studio-trace.ts'

type StudioDeps<C> = StudioSettings & {
  /** Who asked, by the names that Apollo's clients give themselves. */
  readonly clientOf: (context: C) => Client
  readonly supergraphSdl: string
  readonly schema: GraphQLSchema
  readonly log: Log
}
/** An operation that was answered without being carried out: what another one got, or what was kept. */
export type Repeated<C> = {
  readonly request: GraphqlRequest
  readonly context: C
  readonly isKept: boolean
  readonly beganAt: number
}
export type Studio<C> = AsyncDisposable & {
  readonly record: (finished: Finished<C>) => void
  readonly repeat: (repeated: Repeated<C>) => void
}

const bytesMax = 4 * 1024 * 1024
const readsMax = 2_000
const compress = promisify(gzip)
type Kept = { readonly traces: Uint8Array[]; readonly read: ReadOperation }

/** Reports to Apollo Studio which operations were answered, and how, in batches. What cannot be sent is dropped and logged. */
export const openStudio = <C>(deps: StudioDeps<C>): Studio<C> => {
  // NOTE: account is kept of operations, they do not depend on it: whatever goes wrong here stays here.
  const careful = async (work: () => Promise<void> | void): Promise<void> => {
    try {
      await work()
    } catch (error) {
      deps.log.warn({ why: messageOf(error) }, 'operations not reported to Apollo Studio')
    }
  }
  const { keep, flush } = gathering(deps)
  const reads = new LRUCache<string, ReadOperation>({ max: readsMax })
  const record = (finished: Finished<C>): Promise<void> | void => {
    const { read } = finished.operation
    reads.set(nameOf(finished.request), read)
    return keep(read, traceOf(finished, deps.clientOf(finished.context)))
  }
  const repeat = ({ request, context, ...how }: Repeated<C>): Promise<void> | void => {
    const read = reads.get(nameOf(request))
    if (read !== undefined) return keep(read, repeatedTrace(how, deps.clientOf(context)))
  }
  const timer = setInterval(() => void careful(flush), deps.sendEveryMs)
  timer.unref()
  return {
    record: (finished) => void careful(() => record(finished)),
    repeat: (repeated) => void careful(() => repeat(repeated)),
    [Symbol.asyncDispose]: async () => {
      clearInterval(timer)
      await careful(flush)
    },
  }
}

/** Keeps traces until they are sent: when it is time, or when there are many. */
const gathering = (deps: Omit<StudioDeps<never>, 'clientOf'>) => {
  let kept = new Map<string, Kept>()
  let bytes = 0
  const send = sending(deps)
  const keyOf = statsKeys()
  const flush = async (): Promise<void> => {
    const gathered = kept
    if (gathered.size === 0) return
    kept = new Map()
    bytes = 0
    await send(reportOf(gathered, deps))
  }
  const keep = (read: ReadOperation, made: Trace): Promise<void> | void => {
    const trace = Trace.encode(made).finish()
    const key = keyOf(read)
    const known = kept.get(key)
    if (known === undefined) kept.set(key, { traces: [trace], read })
    else known.traces.push(trace)
    bytes += trace.length
    return bytes >= bytesMax ? flush() : undefined
  }
  return { keep, flush }
}

const nameOf = ({ query, operationName = '' }: GraphqlRequest): string => `${operationName}\0${query}`

/** `# name` and the operation without its literals, which is what Studio counts operations by. */
const statsKeys = () => {
  const known = new WeakMap<ReadOperation, string>()
  return (read: ReadOperation): string => {
    const name = read.operation.name?.value ?? ''
    const key = known.get(read) ?? `# ${name === '' ? '-' : name}\n${usageReportingSignature(read.document, name)}`
    known.set(read, key)
    return key
  }
}

const reportOf = (
  kept: ReadonlyMap<string, Kept>,
  { graphRef, supergraphSdl, schema }: Omit<StudioDeps<never>, 'clientOf'>,
): Uint8Array => {
  const operationCount = [...kept.values()].reduce((sum, { traces }) => sum + traces.length, 0)
  const tracesPerQuery = [...kept].map(([key, { traces, read }]) => {
    const resolvedOperationName = read.operation.name?.value ?? null
    return [
      key,
      {
        trace: traces,
        referencedFieldsByType: calculateReferencedFieldsByType({ document: read.document, schema, resolvedOperationName }),
      },
    ]
  })
  const header = {
    graphRef,
    hostname: hostname(),
    agentVersion: 'cinegraph',
    runtimeVersion: `node ${process.version}`,
    executableSchemaId: createHash('sha256').update(supergraphSdl).digest('hex'),
  }
  return Report.encode(Report.create({ header, operationCount, tracesPerQuery: Object.fromEntries(tracesPerQuery) })).finish()
}

const sending = ({ url, key }: StudioSettings) =>
  policy(
    'apollo-studio',
    retry({ attempts: 5, baseMs: 100, maxMs: 5_000 }),
  )(async (signal, report: Uint8Array) => {
    const response = await fetch(new URL('/api/ingress/traces', url), {
      method: 'POST',
      headers: { 'x-api-key': key, 'content-type': 'application/protobuf', 'content-encoding': 'gzip', accept: 'application/json' },
      body: new Uint8Array(await compress(report)),
      signal: AbortSignal.any([signal, AbortSignal.timeout(30_000)]),
    })
    if (!response.ok) throw new Error(`it answered ${response.status}`)
  })
