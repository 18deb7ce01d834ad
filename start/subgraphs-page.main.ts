import { writeFile } from 'node:fs/promises'
import { loadSubgraphs } from './subgraphs.ts'
import { subgraphsPage } from './subgraphs-page.ts'

// The second half of `npm run compose`: the page that lists the subgraphs, which is committed.
await writeFile(new URL('../docs/SUBGRAPHS.md', import.meta.url), subgraphsPage(await loadSubgraphs()))
