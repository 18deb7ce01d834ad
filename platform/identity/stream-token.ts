import { createHmac } from 'node:crypto'
import { z } from 'zod'
import { CinegraphError } from '#platform/errors/errors.ts'
import { secretEqual } from '#platform/identity/secret-equal.ts'

/** What a stream address grants: every object below `prefix`, until `expiresAt`. */
export type StreamGrant = { readonly prefix: string; readonly sessionId: string; readonly expiresAt: Date }

const Payload = z.tuple([z.string(), z.string(), z.number().int()])
const signature = (text: string, key: string): Buffer => createHmac('sha256', Buffer.from(key, 'hex')).update(text).digest().subarray(0, 18)
const matches = (found: string, wanted: Buffer): boolean => secretEqual(Buffer.from(found, 'base64url'), wanted)

/** A token that stands as the first part of every path of one stream, so that relative addresses in manifests carry it. */
export const signStream = ({ prefix, sessionId, expiresAt }: StreamGrant, key: string): string => {
  const payload = Buffer.from(JSON.stringify([prefix, sessionId, Math.floor(expiresAt.getTime() / 1000)])).toString('base64url')
  return `${payload}.${signature(`stream ${payload}`, key).toString('base64url')}`
}

/** What a token grants. Throws STREAM_TOKEN_INVALID; expiry is for the caller to check, each time. */
export const readStreamToken = (token: string, key: string): StreamGrant => {
  const [payload = '', mac = ''] = token.split('.')
  if (!matches(mac, signature(`stream ${payload}`, key))) throw new CinegraphError('STREAM_TOKEN_INVALID')
  const [prefix, sessionId, expires] = Payload.parse(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')))
  return { prefix, sessionId, expiresAt: new Date(expires * 1000) }
}

/** The path, with query, to which one object may be `PUT` until `expiresAt`. */
export const signUploadPath = (objectKey: string, expiresAt: Date, key: string): string => {
  const expires = Math.floor(expiresAt.getTime() / 1000)
  return `/upload/${objectKey}?expires=${expires}&signature=${signature(`put ${objectKey} ${expires}`, key).toString('base64url')}`
}

/** Throws STREAM_TOKEN_INVALID or STREAM_TOKEN_EXPIRED unless the query signs this object. */
export const checkUploadPath = (
  objectKey: string,
  query: { readonly expires: string; readonly signature: string },
  { key, now }: { key: string; now: Date },
): void => {
  if (!matches(query.signature, signature(`put ${objectKey} ${query.expires}`, key))) throw new CinegraphError('STREAM_TOKEN_INVALID')
  if (Number(query.expires) * 1000 < now.getTime()) throw new CinegraphError('STREAM_TOKEN_EXPIRED')
}
