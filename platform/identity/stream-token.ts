import { createHmac } from 'node:crypto'
import { z } from 'zod'
import { isStreamKey, type ObjectKey, objectKey, parseObjectKey } from '#platform/contracts/object-key.ts'
import { CinegraphError } from '#platform/errors/errors.ts'
import { isCanonicalBase64url } from '#platform/identity/base64url.ts'
import { secretEqual } from '#platform/identity/secret-equal.ts'

/** What a stream address grants: every object below `prefix`, until `expiresAt`; no picture of more lines than `heightMax`, where it is said. */
export type StreamGrant = {
  readonly prefix: ObjectKey
  readonly sessionId: string
  readonly expiresAt: Date
  readonly heightMax?: number
}
/** What an upload address grants: to store exactly `bytes` bytes under `key`, until `expiresAt`. */
export type UploadGrant = { readonly key: ObjectKey; readonly bytes: number; readonly expiresAt: Date }

/** NOTE: addresses of the version before name no height. */
const Payload = z.tuple([z.string(), z.string(), z.number().int(), z.number().int().optional()])
const uploadTarget = /^\/upload\/([^?]+)\?bytes=(\d{1,15})&expires=(\d{1,12})&signature=([\w-]+)$/

const signature = (text: string, key: string): string =>
  createHmac('sha256', Buffer.from(key, 'hex')).update(text).digest().subarray(0, 18).toString('base64url')
const seconds = (at: Date): number => Math.floor(at.getTime() / 1000)
const invalid = (cause?: unknown) => new CinegraphError('STREAM_TOKEN_INVALID', {}, cause)

/**
 * A token that stands as the first part of every path of one stream, so that relative addresses in manifests carry it.
 * Throws INPUT_INVALID for a prefix that holds no streams.
 */
export const signStream = ({ prefix, sessionId, expiresAt, heightMax }: StreamGrant, key: string): string => {
  if (!isStreamKey(objectKey(prefix)))
    throw new CinegraphError('INPUT_INVALID', { name: 'The prefix of a stream', why: 'begins with `streams/`' })
  const payload = Buffer.from(
    JSON.stringify([prefix, sessionId, seconds(expiresAt), ...(heightMax === undefined ? [] : [heightMax])]),
  ).toString('base64url')
  return `${payload}.${signature(`stream ${payload}`, key)}`
}

/** What a token grants. Throws STREAM_TOKEN_INVALID; expiry is for the caller to check, each time. */
export const readStreamToken = (token: string, key: string): StreamGrant => {
  const [payload = '', mac = '', ...more] = token.split('.')
  if (more.length > 0 || !secretEqual(mac, signature(`stream ${payload}`, key)) || !isCanonicalBase64url(payload)) throw invalid()
  const [text, sessionId, expires, heightMax] = Payload.parse(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')))
  const prefix = parseObjectKey(text)
  if (prefix === null || !isStreamKey(prefix)) throw invalid()
  return { prefix, sessionId, expiresAt: new Date(expires * 1000), ...(heightMax === undefined ? {} : { heightMax }) }
}

const uploadSignature = (key: string, { bytes, expires }: { readonly bytes: string; readonly expires: string }, secret: string): string =>
  signature(`put ${key} ${bytes} ${expires}`, secret)

/** The path, with query, to which one object of exactly `bytes` bytes may be `PUT` until `expiresAt`. */
export const signUploadPath = ({ key, bytes, expiresAt }: UploadGrant, secret: string): string => {
  const query = { bytes: String(bytes), expires: String(seconds(expiresAt)) }
  return `/upload/${key}?bytes=${query.bytes}&expires=${query.expires}&signature=${uploadSignature(key, query, secret)}`
}

/**
 * What a request target (RFC 9112, section 3.2.1) grants, as it came, byte by byte. Throws UPLOAD_ADDRESS_INVALID unless
 * it is what `signUploadPath` gave; expiry is for the caller to check.
 */
export const readUploadTarget = (target: string, secret: string): UploadGrant => {
  const [, text = '', bytes = '', expires = '', mac = ''] = uploadTarget.exec(target) ?? []
  const key = parseObjectKey(text)
  if (key === null || !secretEqual(mac, uploadSignature(key, { bytes, expires }, secret)))
    throw new CinegraphError('UPLOAD_ADDRESS_INVALID')
  return { key, bytes: Number(bytes), expiresAt: new Date(Number(expires) * 1000) }
}
