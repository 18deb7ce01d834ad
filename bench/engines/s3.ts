import { S3 } from '@aws-sdk/client-s3'
import { createS3Store } from '#platform/adapters/object-store.s3.ts'
import { objectKey } from '#platform/contracts/object-key.ts'
import { createLog } from '#platform/observe/log.ts'
import { s3Options } from '#platform/s3/options.ts'
import { environmentOf, readConfig } from '#platform/settings/config.ts'
import type { Work } from './measure.ts'

const bytes = Buffer.alloc(1_048_576, 'segment')
const key = objectKey('bench/ours')

/** Segments of 1 MB, written and read. */
export const s3Work = async (settings: Readonly<Record<string, string>>, stack: AsyncDisposableStack): Promise<readonly Work[]> => {
  const only = Object.fromEntries(Object.entries(settings).filter(([name]) => name.startsWith('S3_')))
  const options = s3Options(environmentOf(readConfig([], only)))
  const store = stack.use(await createS3Store(options, createLog('bench', 'warn')))
  const { endpoint, region, accessKeyId, secretAccessKey, bucket: Bucket } = options
  const s3 = stack.adopt(new S3({ endpoint, region, forcePathStyle: true, credentials: { accessKeyId, secretAccessKey } }), (client) =>
    client.destroy(),
  )
  const place = { Bucket, Key: 'bench/bare' }
  await store.put(key, bytes)
  await s3.putObject({ ...place, Body: bytes })
  const readOurs = async () => Buffer.concat((await (await store.get(key))?.body.toArray()) ?? [])
  const readBare = async () => (await s3.getObject(place)).Body?.transformToByteArray()
  return [
    { engine: 's3', work: 'put 1 MB', callers: 4, ours: () => store.put(key, bytes), bare: () => s3.putObject({ ...place, Body: bytes }) },
    { engine: 's3', work: 'get 1 MB', callers: 4, ours: readOurs, bare: readBare },
    { engine: 's3', work: 'head', callers: 8, ours: () => store.head(key), bare: () => s3.headObject(place) },
  ]
}
