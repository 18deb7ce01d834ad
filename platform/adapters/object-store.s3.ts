import { randomUUID } from 'node:crypto'
import type { Readable } from 'node:stream'
import { type ObjectKey, parseObjectKey } from '#platform/contracts/object-key.ts'
import { waitForEngine } from '#platform/engines/wait.ts'
import { CinegraphError } from '#platform/errors/errors.ts'
import type { Log } from '#platform/observe/log.ts'
import {
  type ByteRange,
  type MultipartStore,
  type ObjectInfo,
  type ObjectStore,
  objectsPerPage,
  type PutOptions,
  type WriteCondition,
} from '#platform/ports/object-store.ts'
import { piecesOf, streamOf } from '#platform/s3/body.ts'
import {
  asOurs,
  type Bucket,
  isAbsent,
  isConflict,
  notS3,
  openBucket,
  refusalOf,
  type S3Options,
  statusOf,
  triesOf,
} from '#platform/s3/client.ts'
import { conditionOf, multipartIn } from '#platform/s3/multipart.ts'

/** A body of unknown length that is longer is sent in parts of this size; those after the first thousand are larger. */
const pieceBytes = 8 * 1_048_576
const defaultType = 'application/octet-stream'
const conflictsMax = 5

export type S3Store = ObjectStore & MultipartStore & AsyncDisposable & { readonly healthy: () => Promise<boolean> }

/** Objects in a bucket. Throws ENGINE_REFUSES or ENGINE_ABSENT. See docs/decisions/0010-objects-in-s3.md. */
export const createS3Store = async (options: S3Options & { readonly waitSeconds: number }, log: Log): Promise<S3Store> => {
  const bucket = openBucket(options)
  const look = async (): Promise<void> => {
    const { Name } = await bucket.s3.listObjectsV2({ Bucket: bucket.bucket, MaxKeys: 1, Prefix: options.prefix })
    if (Name === undefined) throw new Error(notS3)
  }
  await waitForEngine({
    engine: 'The object store',
    where: `${options.endpoint}/${options.bucket}`,
    setting: 'S3_ENDPOINT, S3_BUCKET, S3_REGION or the access key',
    seconds: options.waitSeconds,
    log,
    attempt: look,
    refusal: (error) => refusalOf(error, options.bucket),
  })
  const head = headIn(bucket)
  const [get, put] = [getIn(bucket), putIn(bucket, head)]
  return {
    ...multipartIn(bucket, head),
    head,
    put,
    get,
    list: listIn(bucket),
    copy: copyIn(bucket, head, { get, put }),
    remove: async (key) => {
      await bucket.s3.deleteObject({ Bucket: bucket.bucket, Key: bucket.nameOf(key) }).catch((error: unknown) => {
        if (!isAbsent(error)) throw asOurs(error)
      })
    },
    healthy: () =>
      look().then(
        () => true,
        () => false,
      ),
    [Symbol.asyncDispose]: async () => bucket[Symbol.dispose](),
  }
}

type Head = (key: ObjectKey) => Promise<(ObjectInfo & { readonly writer: string | undefined }) | null>

const headIn =
  ({ s3, bucket, nameOf }: Bucket): Head =>
  async (key) => {
    try {
      const {
        ContentLength = 0,
        ContentType = defaultType,
        ETag = '',
        LastModified = new Date(0),
        Metadata,
      } = await s3.headObject({ Bucket: bucket, Key: nameOf(key) })
      return { key, bytes: ContentLength, type: ContentType, etag: ETag, modifiedAt: LastModified, writer: Metadata?.writer }
    } catch (error) {
      if (isAbsent(error)) return null
      throw asOurs(error)
    }
  }

const putIn = ({ s3, bucket, nameOf }: Bucket, head: Head): ObjectStore['put'] => {
  const putAll = async (key: ObjectKey, body: Buffer, { type = defaultType, condition }: PutOptions): Promise<ObjectInfo> => {
    const writer = randomUUID()
    const asked = { Bucket: bucket, Key: nameOf(key), Body: body, ContentType: type, Metadata: { writer }, ...conditionOf(condition) }
    for (let tries = 1; ; tries += 1) {
      try {
        const { ETag = '' } = await s3.putObject(asked)
        return { key, bytes: body.length, type, etag: ETag, modifiedAt: new Date() }
      } catch (error) {
        if (isConflict(error) && tries < conflictsMax) continue
        // NOTE: a write whose answer was lost is sent again, and then meets itself.
        const mine = statusOf(error) === 412 && (triesOf(error) > 1 || tries > 1) ? await head(key) : null
        if (mine !== null && mine.writer === writer) return mine
        throw asOurs(error)
      }
    }
  }
  const parts = multipartIn({ s3, bucket, nameOf }, head)
  const putPieces = async (
    key: ObjectKey,
    pieces: AsyncIterable<Buffer>,
    { type = defaultType, condition }: PutOptions,
  ): Promise<ObjectInfo> => {
    const upload = await parts.begin(key, { type })
    try {
      const sent: { part: number; etag: string }[] = []
      for await (const piece of pieces) sent.push(await parts.putPart(upload, sent.length + 1, piece))
      return await parts.complete(upload, sent, condition)
    } catch (error) {
      await parts.abort(upload).catch(() => undefined)
      throw error
    }
  }
  return async (key, body, options = {}) => {
    checkType(options.type)
    const pieces = piecesOf(body, pieceBytes)
    const { value: first = Buffer.alloc(0) } = await pieces.next()
    const { value: second } = await pieces.next()
    if (second === undefined) return putAll(key, first, options)
    return putPieces(key, chained([first, second], pieces), options)
  }
}

async function* chained(first: readonly Buffer[], rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield* first
  yield* rest
}

const checkType = (type = defaultType): void => {
  if (type.length > 200 || !/^[\x20-\x7e]+$/.test(type))
    throw new CinegraphError('INPUT_INVALID', { name: 'The content type', why: 'is a media type' })
}

const getIn =
  ({ s3, bucket, nameOf }: Bucket): ObjectStore['get'] =>
  async (key, { range, ifMatch } = {}) => {
    const asked = { Bucket: bucket, Key: nameOf(key), ...(ifMatch === undefined ? {} : { IfMatch: ifMatch }) }
    try {
      const found = await s3.getObject(range === undefined ? asked : { ...asked, Range: `bytes=${range.start}-${range.end}` })
      const bytes = Number(/\/(\d+)$/.exec(found.ContentRange ?? '')?.[1] ?? found.ContentLength ?? 0)
      const { ContentType: type = defaultType, ETag: etag = '', LastModified: modifiedAt = new Date(0) } = found
      return { info: { key, bytes, type, etag, modifiedAt }, body: streamOf(found.Body as Readable) }
    } catch (error) {
      if (isAbsent(error)) return null
      if (statusOf(error) === 416 || isBackward(range))
        throw new CinegraphError('RANGE_INVALID', { size: (await sizeOf({ s3, bucket, nameOf }, key)) ?? 0 })
      throw asOurs(error)
    }
  }

const isBackward = (range: ByteRange | undefined): boolean => range !== undefined && range.end < range.start
const sizeOf = async (bucket: Bucket, key: ObjectKey): Promise<number | undefined> => (await headIn(bucket)(key))?.bytes

const listIn =
  ({ s3, bucket, nameOf }: Bucket): ObjectStore['list'] =>
  async (folder, { after, limit = objectsPerPage } = {}) => {
    const prefix = `${nameOf(folder)}/`
    const skipped = prefix.length - folder.length - 1
    const page = await s3
      .listObjectsV2({
        Bucket: bucket,
        Prefix: prefix,
        MaxKeys: Math.min(limit, objectsPerPage),
        ...(after === undefined ? {} : { StartAfter: nameOf(after) }),
      })
      .catch((error: unknown) => {
        throw asOurs(error)
      })
    const objects = (page.Contents ?? []).flatMap(({ Key = '', Size = 0, ETag = '', LastModified = new Date(0) }) => {
      const key = parseObjectKey(Key.slice(skipped))
      return key === null ? [] : [{ key, bytes: Size, etag: ETag, modifiedAt: LastModified }]
    })
    return { objects, next: page.IsTruncated ? (objects.at(-1)?.key ?? null) : null }
  }

/** What S3 copies by itself at most. */
const copyBytesMax = 5 * 1024 ** 3

/** NOTE: not every server knows conditions of a copy, and one that does not copies as if there were none. Those go through this process. */
const copyIn = (bucket: Bucket, head: Head, { get, put }: Pick<ObjectStore, 'get' | 'put'>): ObjectStore['copy'] => {
  const { s3, bucket: name, nameOf } = bucket
  const absent = (id: ObjectKey) => new CinegraphError('NOT_FOUND', { what: 'object', id })
  const copyThroughHere = async (from: ObjectKey, to: ObjectKey, condition: WriteCondition | undefined): Promise<ObjectInfo> => {
    const source = await get(from)
    if (source === null) throw absent(from)
    return put(to, source.body, { type: source.info.type, ...(condition === undefined ? {} : { condition }) })
  }
  return async (from, to, condition) => {
    const source = await head(from)
    if (source === null) throw absent(from)
    if (condition !== undefined || source.bytes > copyBytesMax) return copyThroughHere(from, to, condition)
    const asked = { Bucket: name, Key: nameOf(to), CopySource: encodeURI(`${name}/${nameOf(from)}`) }
    const { CopyObjectResult } = await s3.copyObject(asked).catch((error: unknown) => {
      throw isAbsent(error) ? absent(from) : asOurs(error)
    })
    const { bytes, type } = source
    return { key: to, bytes, type, etag: CopyObjectResult?.ETag ?? '', modifiedAt: CopyObjectResult?.LastModified ?? new Date() }
  }
}
