import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { Resource } from '@opentelemetry/resources'
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { traceWith } from '#platform/spans.ts'
import type { TelemetryDeps } from '#platform/telemetry.ts'

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
