import { runBff } from '../device/run-bff.ts'
import { createWeb } from './server.ts'

await runBff('web', (deps, config) => createWeb({ ...deps, page: () => ({ web: '', tv: '', mobile: '', edges: config.edgeUrls }) }))
