import { runBff } from '#platform/bff/main.ts'
import { createTv } from './server.ts'

await runBff('tv', createTv)
