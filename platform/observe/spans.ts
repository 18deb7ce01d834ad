import { type Attributes, ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, TraceFlags, type Tracer, trace } from '@opentelemetry/api'
import { isCinegraphError, messageOf } from '#platform/errors/errors.ts'
import { childOf, currentTrace, newTrace, type Trace, withTrace } from '#platform/observe/tracing.ts'

export type SpanOptions = {
  readonly kind?: 'server' | 'client' | 'consumer' | 'internal'
  readonly attributes?: Attributes
  /** What caused it; the current trace when it is not given, nothing when it is null. */
  readonly parent?: Trace | null
  /** Other causes, of work that is done for several at once. */
  readonly links?: readonly Trace[]
}
/** A piece of work that is measured. `trace` is where what it causes stands. */
export type OpenSpan = { readonly trace: Trace; readonly end: (error?: unknown) => void }

const kinds = { server: SpanKind.SERVER, client: SpanKind.CLIENT, consumer: SpanKind.CONSUMER, internal: SpanKind.INTERNAL } as const
let tracer: Tracer | undefined

/** From now on spans are given to this tracer; without one they cost nothing. */
export const traceWith = (given: Tracer | undefined): void => {
  tracer = given
}
export const isTraced = (): boolean => tracer !== undefined

/** Names and attributes as OpenTelemetry's semantic conventions have them: https://opentelemetry.io/docs/specs/semconv/ */
export const openSpan = (
  name: string,
  { kind = 'internal', attributes = {}, parent = currentTrace() ?? null, links = [] }: SpanOptions = {},
): OpenSpan => {
  if (tracer === undefined) return { trace: parent === null ? newTrace() : childOf(parent), end: () => undefined }
  const contextOf = (cause: Trace) => ({ ...cause, traceFlags: flagsOf(cause), isRemote: true })
  const context = parent === null ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, contextOf(parent))
  const options = { kind: kinds[kind], attributes, links: links.map((cause) => ({ context: contextOf(cause) })) }
  const span = tracer.startSpan(name, options, context)
  const { traceId, spanId, traceFlags } = span.spanContext()
  return { trace: { traceId, spanId, sampled: (traceFlags & TraceFlags.SAMPLED) !== 0 }, end: (error) => endSpan(span, error) }
}

const flagsOf = ({ sampled }: Trace): TraceFlags => (sampled ? TraceFlags.SAMPLED : TraceFlags.NONE)

const endSpan = (span: Span, error: unknown): void => {
  if (error !== undefined) {
    span.setStatus({ code: SpanStatusCode.ERROR, message: messageOf(error) })
    span.setAttribute('error.type', isCinegraphError(error) ? error.code : '_OTHER')
  }
  span.end()
}

/** Measures `work`; what it causes is part of the span. */
export const inSpan = <T>(name: string, options: SpanOptions, work: () => T): T => {
  if (tracer === undefined) return work()
  const span = openSpan(name, options)
  return withTrace(span.trace, () => {
    try {
      const result = work()
      if (!(result instanceof Promise)) {
        span.end()
        return result
      }
      return result.then(
        (value) => {
          span.end()
          return value
        },
        (error) => {
          span.end(error)
          throw error
        },
      ) as T
    } catch (error) {
      span.end(error)
      throw error
    }
  })
}
