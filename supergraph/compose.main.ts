import { writeFile } from 'node:fs/promises'
import { compose } from './compose.ts'

// npm run compose: writes the supergraph, which is committed, and the schema that clients see, which is not.
const { supergraph, api } = await compose()
if (!process.argv.includes('--api-only')) await writeFile(new URL('./supergraph.graphql', import.meta.url), supergraph)
await writeFile(new URL('./api.generated.graphql', import.meta.url), api)
