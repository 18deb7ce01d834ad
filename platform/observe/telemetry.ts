import type { TelemetryDeps } from './telemetry.otlp.ts'

/** Exports the spans of this process. How many are sampled is set as for every OpenTelemetry SDK: `OTEL_TRACES_SAMPLER`. */
export const startTelemetry = async (deps: TelemetryDeps): Promise<AsyncDisposable> => {
  if (deps.url === '') return { [Symbol.asyncDispose]: async () => undefined }
  // NOTE: the SDK takes 7 MB; it is there only where there is a collector.
  const { exportSpans } = await import('./telemetry.otlp.ts')
  return exportSpans(deps)
}
