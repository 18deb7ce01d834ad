import { runBff } from '#platform/bff/main.ts'
import { createMobile } from './server.ts'

await runBff('mobile', createMobile)
