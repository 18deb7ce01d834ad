import { S3 } from '@aws-sdk/client-s3'
import type { ObjectKey } from '#platform/contracts/object-key.ts'
import { CinegraphError, messageOf, systemCodeOf } from '#platform/errors/errors.ts'

/** A server that does not answer: what a call waits for a connection, and for the next byte, and how often it is tried. */
const connectMs = 2_000
const silentMs = 5_000
const triesMax = 3
const connectionsMax = 64

export type S3Options = {
  readonly endpoint: string
  readonly bucket: string
  /** Empty, or a folder without a slash at its end. */
  readonly prefix: string
  readonly region: string
  /** Empty for the credentials that the environment or the machine has. */
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly pathStyle: boolean
}

/** A bucket, and how keys of ours are named there. */
export type Bucket = {
  readonly s3: S3
  readonly bucket: string
  readonly nameOf: (key: ObjectKey) => string
}

export const openBucket = (options: S3Options): Bucket & Disposable => {
  const { endpoint, bucket, prefix, region, accessKeyId, secretAccessKey, pathStyle } = options
  const agents = { maxSockets: connectionsMax, keepAlive: true }
  const s3 = new S3({
    endpoint,
    region,
    forcePathStyle: pathStyle,
    maxAttempts: triesMax,
    ...(accessKeyId === '' ? {} : { credentials: { accessKeyId, secretAccessKey } }),
    requestHandler: { connectionTimeout: connectMs, socketTimeout: silentMs, httpAgent: agents, httpsAgent: agents },
  })
  const folder = prefix === '' ? '' : `${prefix}/`
  return { s3, bucket, nameOf: (key) => `${folder}${key}`, [Symbol.dispose]: () => s3.destroy() }
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : '')
export const statusOf = (error: unknown): number | undefined => {
  const metadata = error instanceof Error && '$metadata' in error ? error.$metadata : undefined
  return typeof metadata === 'object' && metadata !== null && 'httpStatusCode' in metadata ? Number(metadata.httpStatusCode) : undefined
}
/** How often a call was sent until this error came of it. */
export const triesOf = (error: unknown): number => {
  const metadata = error instanceof Error && '$metadata' in error ? error.$metadata : undefined
  return typeof metadata === 'object' && metadata !== null && 'attempts' in metadata ? Number(metadata.attempts) : 1
}

export const isAbsent = (error: unknown): boolean => statusOf(error) === 404
/** NOTE: 409 is what S3 answers to conditional writes of one key at the same time. */
export const isConflict = (error: unknown): boolean => statusOf(error) === 409

/** What our callers know of an error of S3; errors of the caller's own body stay what they are. */
export const asOurs = (error: unknown): unknown => {
  const status = statusOf(error)
  if (status === 412 || status === 409) return new CinegraphError('PRECONDITION_FAILED', {}, error)
  if (/checksum mismatch/i.test(messageOf(error))) return new CinegraphError('OBJECT_CORRUPT', {}, error)
  const isAway = (status !== undefined && status >= 500) || status === 429 || status === 403 || isUnreachable(error)
  return isAway ? new CinegraphError('STORE_UNAVAILABLE', { why: wordsOf(error) }, error) : error
}

const isUnreachable = (error: unknown): boolean =>
  ['TimeoutError', 'NetworkingError', 'AggregateError'].includes(nameOf(error)) || /^E[A-Z]+$/.test(systemCodeOf(error) ?? '')

const wordsOf = (error: unknown): string => {
  const first = error instanceof AggregateError ? error.errors[0] : error
  return messageOf(first) || nameOf(first)
}

export const notS3 = 'what answers there is not S3'

/** Why waiting for a bucket will not help; undefined when it may. */
export const refusalOf = (error: unknown, bucket: string): string | undefined => {
  const [name, text, status] = [nameOf(error), messageOf(error), statusOf(error)]
  if (/EPROTO|wrong version number|certificate|SSL/i.test(`${systemCodeOf(error)} ${text}`))
    return `no secure connection can be made (${text.slice(0, 120)})`
  if (name === 'NoSuchBucket') return `there is no bucket ${JSON.stringify(bucket)}`
  if (['InvalidAccessKeyId', 'SignatureDoesNotMatch'].includes(name) || /access key ID/i.test(text))
    return 'the access key or its secret is wrong'
  if (status === 403) return `it may not be used with this access key (${name})`
  if (['PermanentRedirect', 'AuthorizationHeaderMalformed', 'IllegalLocationConstraintException'].includes(name))
    return `the bucket is of another region (${text.slice(0, 160)})`
  if (text === notS3 || /deserializ|parse|Unexpected|char '/i.test(text)) return notS3
  if (name === 'CredentialsProviderError') return 'there is no access key: set S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY'
  if (status !== undefined && status >= 400 && status < 500 && ![408, 429].includes(status)) return text.slice(0, 160)
  return undefined
}
