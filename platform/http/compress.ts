import { promisify } from 'node:util'
import { brotliCompress, constants, gzip, zstdCompress } from 'node:zlib'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import Negotiator from 'negotiator'

/** Shorter answers do not get shorter than a packet that is sent anyway. */
const bytesMin = 860
const codings = ['zstd', 'br', 'gzip'] as const
type Coding = (typeof codings)[number]
type Effort = 'quick' | 'thorough'

const compressible = /^(text\/|image\/svg\+xml|application\/(json|javascript|xml|vnd\.apple\.mpegurl|[\w.-]+\+(json|xml)))/i

const [zstd, brotli, gzipped] = [promisify(zstdCompress), promisify(brotliCompress), promisify(gzip)]
/**
 * NOTE: brotli 11 and zstd 19 make the page's 660 KB a tenth shorter and take over a second of CPU, on which a start waits;
 * these take 80 ms.
 */
const compress = (body: Buffer, coding: Coding, effort: Effort): Promise<Buffer> => {
  const isQuick = effort === 'quick'
  if (coding === 'zstd') return zstd(body, { params: { [constants.ZSTD_c_compressionLevel]: isQuick ? 3 : 12 } })
  if (coding === 'gzip') return gzipped(body, { level: isQuick ? 4 : 9 })
  return brotli(body, { params: { [constants.BROTLI_PARAM_QUALITY]: isQuick ? 4 : 6, [constants.BROTLI_PARAM_SIZE_HINT]: body.length } })
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

const codingFor = (request: FastifyRequest): Coding | undefined => {
  if (request.headers['accept-encoding'] === undefined) return undefined
  const negotiator: Negotiated = new Negotiator(request)
  const [first] = negotiator.encodings([...codings, 'identity'], { preferred: [...codings] })
  return codings.find((coding) => coding === first)
}

const withEncoding = (vary: number | string | string[] | undefined): string =>
  vary === undefined ? 'accept-encoding' : `${String(vary)}, accept-encoding`
