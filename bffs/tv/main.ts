import { runBff } from '../device/run-bff.ts'
import { createTv } from './server.ts'

await runBff('tv', createTv)
