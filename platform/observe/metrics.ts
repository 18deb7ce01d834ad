import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client'

/** Everything `/metrics` of this process shows, in the Prometheus text format. */
export const registry = new Registry()
collectDefaultMetrics({ register: registry })

export const counter = (name: string, help: string, labelNames: readonly string[] = []): Counter =>
  new Counter({ name: `cinegraph_${name}`, help, labelNames: [...labelNames], registers: [registry] })

/** Seconds, in buckets from 1 ms to 10 s. */
export const secondsHistogram = (name: string, help: string, labelNames: readonly string[] = []): Histogram =>
  new Histogram({
    name: `cinegraph_${name}`,
    help,
    labelNames: [...labelNames],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10],
    registers: [registry],
  })
