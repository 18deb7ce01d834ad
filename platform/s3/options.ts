import type { S3Options } from '#platform/s3/client.ts'
import type { Environment } from '#platform/settings/setting.ts'

/** Where the bucket is, from settings by their names in the environment. */
export const s3Options = (settings: Environment): S3Options & { readonly waitSeconds: number } => ({
  endpoint: settings.S3_ENDPOINT ?? '',
  bucket: settings.S3_BUCKET ?? '',
  prefix: settings.S3_PREFIX ?? '',
  region: settings.S3_REGION ?? '',
  accessKeyId: settings.S3_ACCESS_KEY_ID ?? '',
  secretAccessKey: settings.S3_SECRET_ACCESS_KEY ?? '',
  pathStyle: settings.S3_PATH_STYLE === 'true',
  waitSeconds: Number(settings.CINEGRAPH_DATABASE_WAIT_SECONDS ?? 60),
})
