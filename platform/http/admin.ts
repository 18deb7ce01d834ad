import { createHttp, type Http, type HttpDeps, listen } from '#platform/http/server.ts'
import { registry } from '#platform/observe/metrics.ts'
import type { Config } from '#platform/settings/config.ts'

/** What operators ask of a process: its figures in the Prometheus text format, and its health. */
export const createAdmin = (deps: HttpDeps): Http => {
  const app = createHttp(deps)
  app.get('/metrics', async (_request, reply) => reply.type(registry.contentType).send(await registry.metrics()))
  return app
}

export type AdminDeps = HttpDeps & { readonly config: Pick<Config, 'adminHost' | 'adminPort' | 'allowedHosts'> }

/** Serves operators on a port of its own, which is bound to this machine unless a setting says otherwise. Gives its base URL. */
export const serveAdmin = async (stack: AsyncDisposableStack, { config, ...deps }: AdminDeps): Promise<string> => {
  const app = createAdmin({ ...deps, hosts: [config.adminHost, ...config.allowedHosts] })
  stack.defer(() => app.close())
  return listen(app, { host: config.adminHost, port: config.adminPort, what: `${deps.name}, for operators` })
}
