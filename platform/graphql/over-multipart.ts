import type { FastifyReply, FastifyRequest } from 'fastify'
import type { GraphqlRequest } from '#platform/graphql/execute.ts'
import { answerOverHttp, type JsonAnswer, multipartsFor, readRequest } from '#platform/graphql/over-http.ts'
import { takeOver } from '#platform/graphql/take-over.ts'

/** One of the answers that an operation with `@defer` gets. */
export type AnswerPart = JsonAnswer & { readonly isLast: boolean; readonly hasErrors: boolean }
type InParts = (asked: GraphqlRequest, format: PartsFormat) => AsyncIterable<AnswerPart>

/** The forms in which parts can be written, by the parameter of the media type that asks for them. */
const formats = {
  '20220824': { asked: 'multipart/mixed;deferSpec=20220824', sent: 'multipart/mixed; boundary="-"; deferSpec=20220824' },
  'v0.2': { asked: 'multipart/mixed;incrementalSpec=v0.2', sent: 'multipart/mixed; boundary="-"; incrementalSpec=v0.2' },
} as const
export type PartsFormat = keyof typeof formats
const names = ['20220824', 'v0.2'] as const

/** The form of parts that a client likes best of those it names; undefined when it takes none of them. */
const formatFor = (request: FastifyRequest): PartsFormat | undefined => {
  const [best] = multipartsFor(
    request,
    names.map((name) => formats[name].asked),
  )
  return names.find((name) => formats[name].asked === best)
}
const delimiter = '\r\n---'
const partHead = '\r\ncontent-type: application/json; charset=utf-8\r\n\r\n'

/** Whether the client can take an answer in parts, and may have asked for one. */
export const wantsParts = (request: FastifyRequest): boolean => {
  if (formatFor(request) === undefined) return false
  const read = readRequest(request)
  return 'request' in read && read.request.query.includes('@defer')
}

/** Answers in parts (https://github.com/graphql/graphql-over-http/blob/main/rfcs/IncrementalDelivery.md); as usual, when there is only one. */
export const answerInParts = async (request: FastifyRequest, reply: FastifyReply, parts: InParts): Promise<FastifyReply> => {
  const read = readRequest(request)
  if ('status' in read) return answerOverHttp(request, reply, () => Promise.reject(new TypeError('There is no request')))
  const format = formatFor(request) ?? '20220824'
  const answers = parts(read.request, format)[Symbol.asyncIterator]()
  const first = await answers.next()
  if (first.done === true) throw new TypeError('An operation was not answered')
  if (first.value.isLast) {
    await answers.return?.()
    return reply
      .code(first.value.status ?? 200)
      .type('application/json; charset=utf-8')
      .send(first.value.json())
  }
  await stream(request, reply, { first: first.value, answers, format })
  return reply
}

type Streaming = { readonly first: AnswerPart; readonly answers: AsyncIterator<AnswerPart>; readonly format: PartsFormat }

const stream = async (request: FastifyRequest, reply: FastifyReply, { first, answers, format }: Streaming): Promise<void> => {
  const raw = takeOver(reply, formats[format].sent)
  const write = (part: AnswerPart): void => {
    raw.write(partHead)
    raw.write(part.json())
    // NOTE: the delimiter comes at once, so that the client knows that this part is complete.
    raw.write(part.isLast ? `${delimiter}--\r\n` : delimiter)
  }
  raw.write(delimiter)
  try {
    write(first)
    for (let next = await answers.next(); next.done !== true && !raw.destroyed; next = await answers.next()) write(next.value)
  } catch (error) {
    request.log.error({ err: error }, 'stream failed')
  } finally {
    raw.end()
    await answers.return?.()
  }
}
