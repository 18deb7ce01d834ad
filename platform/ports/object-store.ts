import type { Readable } from 'node:stream'
import type { ObjectKey } from '#platform/contracts/object-key.ts'

export type ListedObject = { readonly key: ObjectKey; readonly bytes: number; readonly etag: string; readonly modifiedAt: Date }
/** `etag` is a strong validator in quotes (RFC 9110, section 8.8.3): other bytes have another. `type` is a media type. */
export type ObjectInfo = ListedObject & { readonly type: string }
export type ObjectBody = Readable | Uint8Array
/** Byte positions, both included, as in RFC 9110 section 14. */
export type ByteRange = { readonly start: number; readonly end: number }
/** When a write takes effect: while no object has the key (`If-None-Match: *`), or while its etag is this one (`If-Match`). */
export type WriteCondition = { readonly ifAbsent: true } | { readonly ifMatch: string }
/** Without a type it is `application/octet-stream`. */
export type PutOptions = { readonly type?: string; readonly condition?: WriteCondition }
export type GetOptions = { readonly range?: ByteRange; readonly ifMatch?: string }
/** `info` describes the object that `body` is read from. A body that is not read to its end must be destroyed. */
export type OpenedObject = { readonly info: ObjectInfo; readonly body: Readable }
/** Objects in the order of their keys' bytes; `next` is null on the last page, else the `after` of the next. */
export type ObjectPage = { readonly objects: readonly ListedObject[]; readonly next: ObjectKey | null }
export type ListOptions = { readonly after?: ObjectKey; readonly limit?: number }

/** What one page of a list holds at most, and without a `limit`. */
export const objectsPerPage = 1_000

/**
 * Objects by key. Writes are atomic: a reader sees all of the old object or all of the new one, and what was acknowledged
 * survives the end of any process. A key is never also the folder of other keys.
 */
export type ObjectStore = {
  /** Resolves when it is durable. A body that fails stores nothing. Throws PRECONDITION_FAILED. */
  readonly put: (key: ObjectKey, body: ObjectBody, options?: PutOptions) => Promise<ObjectInfo>
  readonly head: (key: ObjectKey) => Promise<ObjectInfo | null>
  /**
   * Null when there is none. A range that ends beyond the object ends with it. Throws RANGE_INVALID and, when the etag is not
   * `ifMatch`, PRECONDITION_FAILED. Reading all of a body whose bytes are not those that were stored fails with OBJECT_CORRUPT.
   */
  readonly get: (key: ObjectKey, options?: GetOptions) => Promise<OpenedObject | null>
  /** Objects whose keys lie below the folder `folder`. */
  readonly list: (folder: ObjectKey, options?: ListOptions) => Promise<ObjectPage>
  /** Another object with the same bytes and type. Throws NOT_FOUND or PRECONDITION_FAILED. */
  readonly copy: (from: ObjectKey, to: ObjectKey, condition?: WriteCondition) => Promise<ObjectInfo>
  /** Removes one object. Removing what is not there is fine. */
  readonly remove: (key: ObjectKey) => Promise<void>
}

export type MultipartUpload = { readonly key: ObjectKey; readonly id: string }
/** `part` counts from 1 to 10,000. */
export type UploadedPart = { readonly part: number; readonly etag: string; readonly bytes: number }
export type PartPage = { readonly parts: readonly UploadedPart[]; readonly next: number | null }

/** All parts but the last have at least this many bytes, and every part has at most so many. */
export const partBytesMin = 5 * 1024 * 1024
export const partBytesMax = 64 * 1024 * 1024

/** One object that arrives in parts, in any order and over any number of connections. Calls throw NOT_FOUND for an upload that is not open. */
export type MultipartStore = {
  readonly begin: (key: ObjectKey, options?: Pick<PutOptions, 'type'>) => Promise<MultipartUpload>
  /** Sending a part again replaces it. A body that fails stores nothing. Throws INPUT_INVALID for a part that is too large. */
  readonly putPart: (upload: MultipartUpload, part: number, body: ObjectBody) => Promise<UploadedPart>
  /** What has arrived, in the order of the parts: where an upload goes on after it was cut off. */
  readonly listParts: (upload: MultipartUpload, options?: { readonly after?: number; readonly limit?: number }) => Promise<PartPage>
  /** Makes the object of the parts named, in one step. Throws INPUT_INVALID for parts that are not there, PRECONDITION_FAILED. */
  readonly complete: (
    upload: MultipartUpload,
    parts: readonly Pick<UploadedPart, 'part' | 'etag'>[],
    condition?: WriteCondition,
  ) => Promise<ObjectInfo>
  /** Removes the upload and what arrived of it. Aborting twice is fine. */
  readonly abort: (upload: MultipartUpload) => Promise<void>
}
