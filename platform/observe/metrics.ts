import { performance } from 'node:perf_hooks'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

/** Everything `/metrics` of this process shows, in the Prometheus text format. */
export const registry = new Registry()

/**
 * NOTE: the sampler behind these figures wakes each process 100 times a second, which was half of what a service used that
 * nobody asked anything. It is slowed down, and what it then cannot say is left out; `event_loop_utilization` says how busy a
 * process is, and `nodejs_eventloop_lag_seconds` is measured when it is read.
 */
const sampled = ['min', 'max', 'mean', 'stddev', 'p50', 'p90', 'p99']
collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 60_000 })
for (const each of sampled) registry.removeSingleMetric(`nodejs_eventloop_lag_${each}_seconds`)

export const counter = (name: string, help: string, labelNames: readonly string[] = []): Counter =>
  new Counter({ name: `cinegraph_${name}`, help, labelNames: [...labelNames], registers: [registry] })

/** A figure that is looked up when somebody asks for it. */
export const gauge = (name: string, help: string, { labelNames = [], collect }: Looked): Gauge =>
  new Gauge({
    name: `cinegraph_${name}`,
    help,
    labelNames: [...labelNames],
    registers: [registry],
    async collect() {
      await collect(this)
    },
  })
type Looked = { readonly labelNames?: readonly string[]; readonly collect: (gauge: Gauge) => Promise<void> }

/** Seconds, in buckets from 1 ms to 10 s. */
export const secondsHistogram = (name: string, help: string, labelNames: readonly string[] = []): Histogram =>
  new Histogram({
    name: `cinegraph_${name}`,
    help,
    labelNames: [...labelNames],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10],
    registers: [registry],
  })

let lastRead = performance.eventLoopUtilization()
gauge('event_loop_utilization', 'Share of the time since the last reading that the event loop was at work, 0 to 1', {
  collect: async (figure) => {
    const now = performance.eventLoopUtilization()
    figure.set(performance.eventLoopUtilization(now, lastRead).utilization)
    lastRead = now
  },
})
