import type { Readable } from 'node:stream'

export type ObjectInfo = { readonly key: string; readonly bytes: number; readonly etag: string; readonly modifiedAt: Date }
/** Byte positions, both included, as in RFC 9110 section 14. */
export type ByteRange = { readonly start: number; readonly end: number }

/** Immutable objects by key. Keys are relative paths of `a-zA-Z0-9._-` parts; anything else throws INPUT_INVALID. */
export type ObjectStore = {
  /** Whole or not at all: a reader never sees part of it. Resolves when it is durable. */
  readonly put: (key: string, body: Readable | Uint8Array) => Promise<ObjectInfo>
  readonly head: (key: string) => Promise<ObjectInfo | null>
  /** Throws NOT_FOUND. */
  readonly get: (key: string, range?: ByteRange) => Promise<Readable>
  readonly list: (prefix: string) => Promise<readonly ObjectInfo[]>
  /** Removing what is not there is fine. */
  readonly remove: (key: string) => Promise<void>
}
