import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { Resource } from '@opentelemetry/resources'
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { traceWith } from '#platform/observe/spans.ts'

export type TelemetryDeps = {
  /** The name of this process in traces. */
  readonly service: string
  /** Base address of an OpenTelemetry collector (OTLP over HTTP); nothing is exported when it is empty. */
  readonly url: string
  /** How long spans wait to be sent together. */
  readonly delayMs?: number
}

/** Exports the spans of this process until it is disposed of. */
export const exportSpans = ({ service, url, delayMs = 5_000 }: TelemetryDeps): AsyncDisposable => {
  const exporter = new OTLPTraceExporter({ url: `${url.replace(/\/$/, '')}/v1/traces`, timeoutMillis: 5_000 })
  const provider = new BasicTracerProvider({
    resource: new Resource({ 'service.name': `cinegraph-${service}` }),
    spanProcessors: [new BatchSpanProcessor(exporter, { scheduledDelayMillis: delayMs })],
  })
  traceWith(provider.getTracer('cinegraph'))
  return {
    [Symbol.asyncDispose]: async () => {
      traceWith(undefined)
      await provider.shutdown().catch(() => undefined)
    },
  }
}
