import { runSubgraph } from '#platform/process/run-subgraph.ts'
import { subgraph } from './subgraph.ts'

await runSubgraph(subgraph)
