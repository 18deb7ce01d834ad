import { AsyncLocalStorage } from 'node:async_hooks'
import { randomFillSync } from 'node:crypto'

/** Where a request, event or job stands in its trace: W3C Trace Context level 1, section 3.2. Ids are lower-case hex. */
export type Trace = { readonly traceId: string; readonly spanId: string; readonly sampled: boolean }
type Headers = Readonly<Record<string, string | readonly string[] | undefined>>

const storage = new AsyncLocalStorage<Trace>()

export const currentTrace = (): Trace | undefined => storage.getStore()

/** Runs `work` so that its log lines, calls and events carry `trace`. */
export const withTrace = <T>(trace: Trace, work: () => T): T => storage.run(trace, work)

/** Random bytes are fetched many at a time: every call to another service takes eight of them. */
const pool = Buffer.alloc(4_096)
let used = pool.length

const id = (bytes: number): string => {
  if (used + bytes > pool.length) {
    randomFillSync(pool)
    used = 0
  }
  used += bytes
  return pool.toString('hex', used - bytes, used)
}

export const newTrace = (): Trace => ({ traceId: id(16), spanId: id(8), sampled: true })

/** The same trace one hop further. */
export const childOf = (trace: Trace): Trace => ({ ...trace, spanId: id(8) })

const one = (value: string | readonly string[] | undefined): string => (typeof value === 'string' ? value : (value?.[0] ?? ''))

const fromTraceparent = (header: string): Trace | undefined => {
  const [, traceId = '', spanId = '', flags = ''] = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/.exec(header) ?? []
  if (traceId === '' || /^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 }
}

/** B3 single header, or the `X-B3-*` family; 64-bit trace ids are padded on the left. */
const fromB3 = (headers: Headers): Trace | undefined => {
  const [single, singleSpan, flag] = one(headers.b3).split('-')
  const traceId = (single || one(headers['x-b3-traceid'])).toLowerCase()
  const spanId = (singleSpan ?? one(headers['x-b3-spanid'])).toLowerCase()
  if (!/^([0-9a-f]{16}){1,2}$/.test(traceId) || !/^[0-9a-f]{16}$/.test(spanId)) return undefined
  return { traceId: traceId.padStart(32, '0'), spanId, sampled: (flag ?? one(headers['x-b3-sampled'])) !== '0' }
}

/** The caller's trace, where the caller stands in it; undefined when there is none or it cannot be read. */
export const receivedTrace = (headers: Headers): Trace | undefined => fromTraceparent(one(headers.traceparent)) ?? fromB3(headers)

/** The caller's trace, continued; a new one when there is none or it cannot be read. */
export const traceFrom = (headers: Headers): Trace => {
  const found = receivedTrace(headers)
  return found === undefined ? newTrace() : childOf(found)
}

export const traceparentOf = (trace: Trace): string => `00-${trace.traceId}-${trace.spanId}-${trace.sampled ? '01' : '00'}`

/** Headers that carry the current trace to the next hop, in both dialects. */
export const traceHeaders = (): Readonly<Record<string, string>> => {
  const trace = currentTrace()
  if (trace === undefined) return {}
  return {
    traceparent: traceparentOf(trace),
    'x-b3-traceid': trace.traceId,
    'x-b3-spanid': trace.spanId,
    'x-b3-sampled': trace.sampled ? '1' : '0',
  }
}
