import { createS3Store } from '#platform/adapters/object-store.s3.ts'
import { s3Options } from '#platform/s3/options.ts'
import { environmentOf, readConfig } from '#platform/settings/config.ts'
import { log } from '../boot.ts'
import { multipartContract } from '../contracts/multipart-store.ts'
import { objectStoreContract } from '../contracts/object-store.ts'
import { ownSettings, whenUp } from './up.ts'

whenUp('s3', 'S3_ENDPOINT', () => {
  const open = async () => {
    const store = await createS3Store(s3Options(environmentOf(readConfig([], ownSettings()))), log)
    return { store, [Symbol.asyncDispose]: () => store[Symbol.asyncDispose]() }
  }
  objectStoreContract('S3', open)
  multipartContract('S3', open)
})
