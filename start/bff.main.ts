import { CinegraphError } from '#platform/errors/errors.ts'
import { runMain } from '#platform/process/lifecycle.ts'
import { readConfig } from '#platform/settings/config.ts'
import { type BffStart, startBff } from '../bffs/device/run-bff.ts'
import { createMobile } from '../bffs/mobile/server.ts'
import { createTv } from '../bffs/tv/server.ts'
import { createWeb } from '../bffs/web/server.ts'
import { linksFrom } from './links.ts'
import { portsFrom } from './ports.ts'

// One BFF of the all-in-one start in a process of its own: it knows where the others are.
await runMain(async (stack) => {
  const name = process.argv[2] ?? ''
  const config = readConfig([], process.env)
  const links = linksFrom(config, portsFrom(config.portBase))
  const makers: Readonly<Record<string, BffStart['create']>> = {
    tv: createTv,
    mobile: createMobile,
    web: (deps) => createWeb({ ...deps, page: () => links }),
  }
  const create = makers[name]
  if (create === undefined) throw new CinegraphError('PROCESS_FAILED', { why: `There is no BFF ${name}.` })
  await startBff({ name, create, config, allowedOrigins: [links.web, ...(links.alsoAt ?? [])] }, stack)
})
