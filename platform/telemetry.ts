export type TelemetryDeps = {
  /** The name of this process in traces. */
  readonly service: string
  /** Base address of an OpenTelemetry collector (OTLP over HTTP); nothing is exported when it is empty. */
  readonly url: string
  /** How long spans wait to be sent together. */
  readonly delayMs?: number
}

/** Exports the spans of this process. How many are sampled is set as for every OpenTelemetry SDK: `OTEL_TRACES_SAMPLER`. */
export const startTelemetry = async (deps: TelemetryDeps): Promise<AsyncDisposable> => {
  if (deps.url === '') return { [Symbol.asyncDispose]: async () => undefined }
  // NOTE: the SDK takes 7 MB; it is there only where there is a collector.
  const { exportSpans } = await import('./telemetry.otlp.ts')
  return exportSpans(deps)
}
