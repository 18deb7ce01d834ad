import { runBff } from '../device/run-bff.ts'
import { createMobile } from './server.ts'

await runBff('mobile', createMobile)
