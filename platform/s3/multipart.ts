import type { ObjectKey } from '#platform/contracts/object-key.ts'
import { CinegraphError } from '#platform/errors/errors.ts'
import { type MultipartStore, objectsPerPage, partBytesMax, type UploadedPart, type WriteCondition } from '#platform/ports/object-store.ts'
import { wholeBody } from '#platform/s3/body.ts'
import { asOurs, type Bucket, isAbsent, statusOf } from '#platform/s3/client.ts'

const partsMax = 10_000

/** A condition as S3 takes it. */
export const conditionOf = (condition: WriteCondition | undefined): { readonly IfNoneMatch?: string; readonly IfMatch?: string } => {
  if (condition === undefined) return {}
  return 'ifAbsent' in condition ? { IfNoneMatch: '*' } : { IfMatch: condition.ifMatch }
}

const absentUpload = (id: string) => new CinegraphError('NOT_FOUND', { what: 'upload', id })

/** Uploads in parts, as S3 itself has them. */
export const multipartIn = (
  { s3, bucket, nameOf }: Bucket,
  head: (key: ObjectKey) => Promise<{ readonly bytes: number; readonly type: string; readonly modifiedAt: Date } | null>,
): MultipartStore => {
  const placeOf = ({ key, id }: { readonly key: ObjectKey; readonly id: string }) => ({ Bucket: bucket, Key: nameOf(key), UploadId: id })
  const within = async <T>(id: string, call: () => Promise<T>): Promise<T> => {
    try {
      return await call()
    } catch (error) {
      if (isAbsent(error) || (statusOf(error) === 400 && /upload/i.test(String(error)))) throw absentUpload(id)
      throw asOurs(error)
    }
  }
  return {
    begin: (key, { type = 'application/octet-stream' } = {}) =>
      within('', async () => {
        const { UploadId = '' } = await s3.createMultipartUpload({ Bucket: bucket, Key: nameOf(key), ContentType: type })
        return { key, id: UploadId }
      }),
    putPart: async (upload, part, body) => {
      if (!Number.isInteger(part) || part < 1 || part > partsMax)
        throw new CinegraphError('INPUT_INVALID', { name: 'The number of a part', why: `lies from 1 to ${partsMax}` })
      const bytes = await wholeBody(body, partBytesMax)
      return within(upload.id, async () => {
        const { ETag = '' } = await s3.uploadPart({ ...placeOf(upload), PartNumber: part, Body: bytes })
        return { part, etag: ETag, bytes: bytes.length }
      })
    },
    listParts: (upload, { after = 0, limit = objectsPerPage } = {}) =>
      within(upload.id, async () => {
        const page = await s3.listParts({ ...placeOf(upload), PartNumberMarker: String(after), MaxParts: Math.min(limit, objectsPerPage) })
        const parts: readonly UploadedPart[] = (page.Parts ?? []).map(({ PartNumber = 0, ETag = '', Size = 0 }) => ({
          part: PartNumber,
          etag: ETag,
          bytes: Size,
        }))
        return { parts, next: page.IsTruncated ? (parts.at(-1)?.part ?? null) : null }
      }),
    complete: async (upload, parts, condition) => {
      const named = parts.toSorted((a, b) => a.part - b.part).map(({ part, etag }) => ({ PartNumber: part, ETag: etag }))
      const { ETag = '' } = await within(upload.id, () =>
        s3.completeMultipartUpload({ ...placeOf(upload), ...conditionOf(condition), MultipartUpload: { Parts: named } }),
      ).catch((error: unknown) => {
        if (statusOf(error) === 400)
          throw new CinegraphError('INPUT_INVALID', { name: 'A part', why: 'has not arrived as it is named' }, error)
        throw error
      })
      const info = await head(upload.key)
      return { key: upload.key, bytes: info?.bytes ?? 0, type: info?.type ?? '', modifiedAt: info?.modifiedAt ?? new Date(), etag: ETag }
    },
    abort: async (upload) => {
      await s3.abortMultipartUpload(placeOf(upload)).catch((error: unknown) => {
        if (!isAbsent(error)) throw asOurs(error)
      })
    },
  }
}
