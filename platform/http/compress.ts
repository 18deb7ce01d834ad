import { promisify } from 'node:util'
import { brotliCompress, brotliCompressSync, constants, gzip, gzipSync, zstdCompress, zstdCompressSync } from 'node:zlib'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { LRUCache } from 'lru-cache'
import Negotiator from 'negotiator'

/** Shorter answers do not get shorter than a packet that is sent anyway. */
const bytesMin = 860
const codings = ['zstd', 'br', 'gzip'] as const
type Coding = (typeof codings)[number]
type Effort = 'quick' | 'thorough'

const compressible = /^(text\/|image\/svg\+xml|application\/(json|javascript|xml|vnd\.apple\.mpegurl|[\w.-]+\+(json|xml)))/i

const inBackground = { zstd: promisify(zstdCompress), br: promisify(brotliCompress), gzip: promisify(gzip) }
const atOnce = { zstd: zstdCompressSync, br: brotliCompressSync, gzip: gzipSync }

/** Up to here a body is compressed on the spot, in a tenth of a millisecond: handing it to a thread and back costs as much again. */
const atOnceBytesMax = 64 * 1024

/**
 * NOTE: brotli 11 and zstd 19 make the page's 660 KB a tenth shorter and take over a second of CPU, on which a start waits;
 * those of `thorough` take 80 ms. Those of `quick` make a home screen of 28 KB 4 KB in 0.07 ms; the next ones cost twice as much for 5 %.
 */
const levels: Readonly<Record<Coding, Readonly<Record<Effort, number>>>> = {
  zstd: { quick: 1, thorough: 12 },
  br: { quick: 2, thorough: 6 },
  gzip: { quick: 2, thorough: 9 },
}

const optionsOf = (coding: Coding, effort: Effort, bytes: number) => {
  const level = levels[coding][effort]
  // NOTE: with the default memory, clearing it takes longer than compressing a small answer.
  if (coding === 'gzip') return { level, memLevel: effort === 'quick' ? 7 : 9 }
  if (coding === 'zstd') return { params: { [constants.ZSTD_c_compressionLevel]: level } }
  return { params: { [constants.BROTLI_PARAM_QUALITY]: level, [constants.BROTLI_PARAM_SIZE_HINT]: bytes } }
}

const compress = async (body: Buffer, coding: Coding, effort: Effort): Promise<Buffer> => {
  const how = body.length <= atOnceBytesMax ? atOnce : inBackground
  return how[coding](body, optionsOf(coding, effort, body.length))
}

/** A body that is sent again and again is compressed once: as long as it lives, so do its short forms. */
const compressed = new WeakMap<Buffer, Map<Coding, Promise<Buffer>>>()
const shortForm = (body: Buffer, coding: Coding, effort: Effort): Promise<Buffer> => {
  const forms = compressed.get(body) ?? new Map<Coding, Promise<Buffer>>()
  compressed.set(body, forms)
  const form = forms.get(coding) ?? compress(body, coding, effort)
  forms.set(coding, form)
  return form
}

/** Compresses a body that never changes, with more effort than answers get, before anybody asks for it. */
export const compressAhead = async (body: Buffer): Promise<void> => {
  if (body.length >= bytesMin) await Promise.all(codings.map((coding) => shortForm(body, coding, 'thorough')))
}

/**
 * Compresses whole answers that are text (RFC 9110, section 8.4) for clients that read it. Answers in pieces, events and parts, do not
 * come through here, and are never held back.
 */
export const compressAnswers = (app: Pick<FastifyInstance, 'addHook'>): void => {
  app.addHook('onSend', (request, reply, payload, done) => {
    if (!isWorthIt(payload) || !isCompressible(reply)) return done(null, payload)
    reply.header('vary', withEncoding(reply.getHeader('vary')))
    const coding = codingFor(request)
    if (coding === undefined) return done(null, payload)
    const etag = reply.getHeader('etag')
    // NOTE: a strong validator stands for one sequence of bytes; the short forms are others.
    if (typeof etag === 'string' && !etag.startsWith('W/')) reply.header('etag', `W/${etag}`)
    reply.header('content-encoding', coding).removeHeader('content-length').removeHeader('accept-ranges')
    shortForm(typeof payload === 'string' ? Buffer.from(payload) : payload, coding, 'quick').then(
      (short) => done(null, short),
      (error: Error) => done(error),
    )
  })
}

const isWorthIt = (payload: unknown): payload is string | Buffer =>
  typeof payload === 'string' ? Buffer.byteLength(payload) >= bytesMin : Buffer.isBuffer(payload) && payload.length >= bytesMin

const isCompressible = (reply: FastifyReply): boolean =>
  reply.statusCode !== 206 && !reply.hasHeader('content-encoding') && compressible.test(String(reply.getHeader('content-type') ?? ''))

/** NOTE: its types are of an older version, which knew no preference of the server's. */
type Negotiated = { readonly encodings: (available: string[], options: { readonly preferred: string[] }) => string[] }

/** What browsers and players send is a handful of texts. */
const negotiated = new LRUCache<string, { readonly coding: Coding | undefined }>({ max: 100 })

const codingFor = ({ headers }: FastifyRequest): Coding | undefined => {
  const accepted = headers['accept-encoding']
  if (accepted === undefined) return undefined
  const text = String(accepted)
  const known = negotiated.get(text) ?? { coding: negotiate(text) }
  negotiated.set(text, known)
  return known.coding
}

const negotiate = (accepted: string): Coding | undefined => {
  const negotiator: Negotiated = new Negotiator({ headers: { 'accept-encoding': accepted } })
  const [first] = negotiator.encodings([...codings, 'identity'], { preferred: [...codings] })
  return codings.find((coding) => coding === first)
}

const withEncoding = (vary: number | string | string[] | undefined): string =>
  vary === undefined ? 'accept-encoding' : `${String(vary)}, accept-encoding`
