import { type google, Trace } from '@apollo/usage-reporting-protobuf'
import type { Fetched, Finished } from '../engine/finished.ts'
import type { EntityPath, FetchNode, PlanNode } from '../engine/plan/planner.ts'

export type Client = { readonly name: string; readonly version: string }

const timestamp = (ms: number): google.protobuf.ITimestamp => ({ seconds: Math.floor(ms / 1000), nanos: Math.round((ms % 1000) * 1e6) })

/** An operation as Apollo Studio shows it: its plan, with each fetch's times and the trace that the subgraph sent along. */
export const traceOf = ({ plan, fetches, errors, beganAt, endedAt }: Finished<unknown>, client: Client): Trace =>
  Trace.create({
    ...common({ beganAt, endedAt }, client),
    root: { error: errors.map(({ message }) => ({ message })) },
    ...(plan === null ? {} : { queryPlan: planOf(plan, { fetches, beganAt }) }),
  })

/** The same of an operation that was answered without being carried out. */
export const repeatedTrace = ({ beganAt, isKept }: { readonly beganAt: number; readonly isKept: boolean }, client: Client): Trace =>
  Trace.create({ ...common({ beganAt, endedAt: Date.now() }, client), root: {}, fullQueryCacheHit: isKept })

const common = ({ beganAt, endedAt }: Pick<Finished<unknown>, 'beganAt' | 'endedAt'>, client: Client) => ({
  startTime: timestamp(beganAt),
  endTime: timestamp(endedAt),
  durationNs: (endedAt - beganAt) * 1e6,
  clientName: client.name,
  clientVersion: client.version,
  http: { method: Trace.HTTP.Method.POST },
  fieldExecutionWeight: 1,
})

type Timed = Pick<Finished<unknown>, 'fetches' | 'beganAt'>

const planOf = (node: PlanNode, timed: Timed): Trace.IQueryPlanNode => {
  if (node.kind === 'Sequence') return { sequence: { nodes: node.nodes.map((inner) => planOf(inner, timed)) } }
  if (node.kind === 'Parallel') return { parallel: { nodes: node.nodes.map((inner) => planOf(inner, timed)) } }
  if (node.kind === 'Condition')
    return { sequence: { nodes: [node.yes, node.no].flatMap((inner) => (inner === null ? [] : [planOf(inner, timed)])) } }
  const fetch = { fetch: fetchOf(node, timed) }
  const path = node.entities?.[0]?.paths[0] ?? node.at
  return path === undefined ? fetch : { flatten: { responsePath: responsePathOf(path), node: fetch } }
}

const fetchOf = (node: FetchNode, { fetches, beganAt }: Timed): Trace.QueryPlanNode.IFetchNode => {
  const fetched = fetches.find((each) => each.node === node)
  if (fetched === undefined) return { serviceName: node.subgraph }
  const { sentAt, receivedAt } = fetched
  return {
    serviceName: node.subgraph,
    sentTimeOffset: (sentAt - beganAt) * 1e6,
    sentTime: timestamp(sentAt),
    receivedTime: timestamp(receivedAt),
    ...subgraphTrace(fetched),
  }
}

const subgraphTrace = ({ ftv1 }: Fetched): Pick<Trace.QueryPlanNode.IFetchNode, 'trace' | 'traceParsingFailed'> => {
  if (typeof ftv1 !== 'string') return {}
  try {
    return { trace: Trace.decode(Buffer.from(ftv1, 'base64')), traceParsingFailed: false }
  } catch {
    return { traceParsingFailed: true }
  }
}

const responsePathOf = (path: EntityPath): Trace.QueryPlanNode.IResponsePathElement[] =>
  path.flatMap((step) => (step.step === 'field' ? [{ fieldName: step.key }] : step.step === 'items' ? [{ fieldName: '@' }] : []))
