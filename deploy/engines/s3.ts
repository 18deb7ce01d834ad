import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { addressOf, type Recipe, serverOf } from './recipe.ts'
import { provideGoProgram } from './tools/go.ts'

/** Of a server that only this machine reaches, and that holds nothing outside of tests. */
const keys = { access: 'cinegraph', secret: 'cinegraph-on-loopback' }
const bucket = 'cinegraph'

/** The Versity gateway: the API of S3 over a folder, whose file system needs extended attributes. */
export const s3: Recipe = {
  name: 's3',
  version: 'Versity S3 Gateway 1.8.0',
  servers: [{ name: 's3', ports: ['http'] }],
  provide: async (kit) => ({
    server: await provideGoProgram(kit, {
      engine: 'S3',
      path: 'github.com/versity/versitygw/cmd/versitygw',
      version: 'v1.8.0',
      sum: 'h1:au+wI+aybno/STsQiSm35Uu6Q6iK5MWReQxgO6SEMFc=',
    }),
  }),
  command: async ({ server, programs }) => {
    // NOTE: a folder below the root is a bucket.
    await mkdir(join(server.dir, bucket), { recursive: true })
    return {
      program: programs.server ?? '',
      args: ['--port', addressOf(server, 'http'), '--health', '/health', '--quiet', 'posix', server.dir],
      env: { ROOT_ACCESS_KEY: keys.access, ROOT_SECRET_KEY: keys.secret },
    }
  },
  ready: async (server) => {
    const { ok, status } = await fetch(`http://${addressOf(server, 'http')}/health`, { signal: AbortSignal.timeout(2_000) })
    if (!ok) throw new Error(`it answers ${status}`)
  },
  env: (servers) => ({
    S3_ENDPOINT: `http://${addressOf(serverOf(servers, 's3'), 'http')}`,
    S3_BUCKET: bucket,
    S3_ACCESS_KEY_ID: keys.access,
    S3_SECRET_ACCESS_KEY: keys.secret,
    S3_PATH_STYLE: 'true',
  }),
}
