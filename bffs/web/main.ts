import { runBff } from '#platform/bff/main.ts'
import { createWeb } from './server.ts'

await runBff('web', createWeb)
