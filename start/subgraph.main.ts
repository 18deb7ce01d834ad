import { subgraphNames } from '#platform/settings/subgraphs.ts'

// npm run subgraph -- NAME [settings]: one subgraph alone, by its name.
const [name = ''] = process.argv.splice(2, 1)
if (subgraphNames.includes(name)) await import(`../subgraphs/${name}/main.ts`)
else {
  process.stderr.write(`Name one subgraph: npm run subgraph -- ${subgraphNames.join(' | ')}\n`)
  process.exitCode = 1
}
