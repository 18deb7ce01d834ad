import { writeFile } from 'node:fs/promises'
import { compose } from './compose.ts'

const { supergraph, api } = await compose()
await writeFile(new URL('./supergraph.graphql', import.meta.url), supergraph)
await writeFile(new URL('./api.generated.graphql', import.meta.url), api)
