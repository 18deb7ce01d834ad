import { runOnce } from './run-once.ts'
import { newSubgraph } from './subgraph.ts'

// npm run new:subgraph -- NAME
await runOnce(async () => {
  const [name = ''] = process.argv.slice(2)
  const files = await newSubgraph(name)
  return [
    ...files.toSorted(),
    '',
    `Next: npm run migration -- ${name}_first   writes the SQL that makes its table`,
    '      npm run compose                      makes it part of the supergraph and of docs/SUBGRAPHS.md',
    `      npm test -- subgraphs/${name}/${name}.test.ts`,
  ].join('\n')
})
