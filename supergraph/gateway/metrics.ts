import { Histogram } from 'prom-client'
import { counter, registry, secondsHistogram } from '#platform/observe/metrics.ts'

/** What `/metrics` has of a gateway. */
export const operationCost = new Histogram({
  name: 'cinegraph_operation_cost',
  help: 'Estimated cost of operations under demand control',
  buckets: [1, 10, 50, 100, 500, 1_000, 5_000, 10_000],
  registers: [registry],
})
export const operationSeconds = secondsHistogram('operation_seconds', 'Time to answer operations', ['outcome'])
export const fetchSeconds = secondsHistogram('subgraph_fetch_seconds', 'Time of fetches from subgraphs', ['subgraph'])
export const shadowed = counter('shadowed_total', 'Live queries answered a second time, to compare', ['outcome'])
