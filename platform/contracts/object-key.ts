import { CinegraphError } from '#platform/errors/errors.ts'

declare const brand: unique symbol
/**
 * The name of an object: parts of `a-zA-Z0-9._-` that do not begin with a dot, joined by `/`. Only `parseObjectKey` and
 * `objectKey` make one, so that what was checked, what is cached and what is asked of a store are the same value.
 */
export type ObjectKey = string & { readonly [brand]: 'ObjectKey' }

/** Below the limits of S3 (1,024 bytes a key) and of file systems (255 bytes a name). */
const charactersMax = 512
const partCharactersMax = 200
const pattern = /^[a-zA-Z0-9_-][a-zA-Z0-9._-]*(?:\/[a-zA-Z0-9_-][a-zA-Z0-9._-]*)*$/

/** The key that a text is, without any decoding; null for a text that is none. */
export const parseObjectKey = (text: string): ObjectKey | null =>
  text.length <= charactersMax && pattern.test(text) && text.split('/').every((part) => part.length <= partCharactersMax)
    ? (text as ObjectKey)
    : null

/** The key that a text must be. Throws INPUT_INVALID. */
export const objectKey = (text: string): ObjectKey => {
  const key = parseObjectKey(text)
  if (key === null) throw new CinegraphError('INPUT_INVALID', { name: 'The object key', why: 'holds characters that are not allowed' })
  return key
}

/** Whether `key` lies in the folder `folder`. */
export const isBelow = (key: ObjectKey, folder: ObjectKey): boolean => key.startsWith(`${folder}/`)

/** The folder that a key lies in. Throws INPUT_INVALID for a key that lies in none. */
const folderOf = (key: ObjectKey): ObjectKey => objectKey(key.slice(0, Math.max(0, key.lastIndexOf('/'))))

/** The object whose presence says that an upload takes no more parts, by the folder of the parts. */
export const closedUpload = (folder: string): ObjectKey => objectKey(`${folder}.closed`)

/** The same, by the key of a part. */
export const closedUploadOf = (part: ObjectKey): ObjectKey => closedUpload(folderOf(part))

const namespaceOf = (key: ObjectKey): string => key.slice(0, key.indexOf('/') + 1)

/** What everybody may fetch from an edge: pictures. */
export const isPublicKey = (key: ObjectKey): boolean => namespaceOf(key) === 'art/'

/** What a token may open: published streams. */
export const isStreamKey = (key: ObjectKey): boolean => namespaceOf(key) === 'streams/'

/** What an edge may ask of the origin. All other namespaces (uploads, archive, quality) stay inside. */
export const isServedKey = (key: ObjectKey): boolean => isPublicKey(key) || isStreamKey(key)
