import { createHash } from 'node:crypto'
import { hostname } from 'node:os'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { Report, Trace } from '@apollo/usage-reporting-protobuf'
import { calculateReferencedFieldsByType, usageReportingSignature } from '@apollo/utils.usagereporting'
import type { GraphQLSchema } from 'graphql'
import { messageOf } from '#platform/errors.ts'
import type { Log } from '#platform/log.ts'
import { policy } from '#platform/resilience/policy.ts'
import { retry } from '#platform/resilience/retry.ts'
import type { Finished } from '../engine/finished.ts'
import type { ReadOperation } from '../engine/operation/document.ts'
import type { StudioSettings } from './studio-settings.ts'
import { type Client, traceOf } from './studio-trace.ts'

type StudioDeps<C> = StudioSettings & {
  /** Who asked, by the names that Apollo's clients give themselves. */
  readonly clientOf: (context: C) => Client
  readonly supergraphSdl: string
  readonly schema: GraphQLSchema
  readonly log: Log
}
export type Studio<C> = AsyncDisposable & { readonly record: (finished: Finished<C>) => void }

const bytesMax = 4 * 1024 * 1024
const compress = promisify(gzip)
type Kept = { readonly traces: Uint8Array[]; readonly read: ReadOperation }

/** Tells Apollo Studio which operations were carried out, and how: gathered, then sent together. What cannot be sent is dropped and said so. */
export const openStudio = <C>(deps: StudioDeps<C>): Studio<C> => {
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
  // NOTE: account is kept of operations, they do not depend on it: whatever goes wrong here stays here.
  const careful = async (work: () => Promise<void> | void): Promise<void> => {
    try {
      await work()
    } catch (error) {
      deps.log.warn({ why: messageOf(error) }, 'operations not told to Apollo Studio')
    }
  }
  const record = (finished: Finished<C>): void => {
    const trace = Trace.encode(traceOf(finished, deps.clientOf(finished.context))).finish()
    const { read } = finished.operation
    const key = keyOf(read)
    const known = kept.get(key)
    if (known === undefined) kept.set(key, { traces: [trace], read })
    else known.traces.push(trace)
    bytes += trace.length
    if (bytes >= bytesMax) void careful(flush)
  }
  const timer = setInterval(() => void careful(flush), deps.sendEveryMs)
  timer.unref()
  return {
    record: (finished) => void careful(() => record(finished)),
    [Symbol.asyncDispose]: async () => {
      clearInterval(timer)
      await careful(flush)
    },
  }
}

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
