import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

/** Everything `/metrics` of this process shows, in the Prometheus text format. */
export const registry = new Registry()
collectDefaultMetrics({ register: registry })

export const counter = (name: string, help: string, labelNames: readonly string[] = []): Counter =>
  new Counter({ name: `cinegraph_${name}`, help, labelNames: [...labelNames], registers: [registry] })

/** A figure that is looked up when somebody asks for it. */
export const gauge = (name: string, help: string, { labelNames, collect }: Looked): Gauge =>
  new Gauge({
    name: `cinegraph_${name}`,
    help,
    labelNames: [...labelNames],
    registers: [registry],
    async collect() {
      await collect(this)
    },
  })
type Looked = { readonly labelNames: readonly string[]; readonly collect: (gauge: Gauge) => Promise<void> }

/** Seconds, in buckets from 1 ms to 10 s. */
export const secondsHistogram = (name: string, help: string, labelNames: readonly string[] = []): Histogram =>
  new Histogram({
    name: `cinegraph_${name}`,
    help,
    labelNames: [...labelNames],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10],
    registers: [registry],
  })
