import type { FastifyReply } from 'fastify'
import { CinegraphError, extensionsOf } from '#platform/errors/errors.ts'
import type { GraphqlRequest } from '#platform/graphql/execute.ts'
import { type JsonAnswer, jsonOf } from '#platform/graphql/over-http.ts'
import { parseParameters, parseRequest, type Unreadable } from '#platform/graphql/request.ts'
import type { Documents, Refused } from './documents.ts'
import type { GatewaySettings } from './settings.ts'

export const refusalOf = ({ refusal, code }: Refused): JsonAnswer => jsonOf({ errors: [{ message: refusal, extensions: { code } }] })

const unreadable = ({ why }: Unreadable): JsonAnswer => jsonOf({ errors: [{ message: why, extensions: { code: 'BAD_REQUEST' } }] })

type Batching = {
  readonly documents: Documents
  readonly settings: Pick<GatewaySettings, 'batchMax' | 'limits'>
  readonly answer: (asked: GraphqlRequest) => Promise<JsonAnswer>
}

/**
 * A list of operations, answered as a list in the same order. An entry that is no request is refused by itself; so is one whose
 * answer would make all of them together longer than one answer may be.
 */
export const answerBatch = async (
  body: readonly unknown[],
  reply: FastifyReply,
  { documents, settings, answer }: Batching,
): Promise<FastifyReply> => {
  reply.type('application/json; charset=utf-8')
  if (body.length === 0 || body.length > settings.batchMax)
    return reply.code(400).send(jsonOf({ errors: [{ message: `A batch has 1 to ${settings.batchMax} operations.` }] }).json())
  const withinAll = boundedTogether(settings.limits.answerBytesMax)
  const answers = await Promise.all(body.map(async (each) => withinAll((await answerOne(each, { documents, answer })).json())))
  return reply.send(Buffer.concat([open, ...answers.flatMap((each, at) => (at === 0 ? [each] : [comma, each])), close]))
}

const [open, comma, close] = [Buffer.from('['), Buffer.from(','), Buffer.from(']')]

const answerOne = (each: unknown, { documents, answer }: Pick<Batching, 'documents' | 'answer'>): JsonAnswer | Promise<JsonAnswer> => {
  const read = parseParameters(each)
  if ('why' in read) return unreadable(read)
  const { query, documentId, extensions } = read.parameters
  const found = documents({ query, documentId, extensions })
  if ('refusal' in found) return refusalOf(found)
  const asked = parseRequest({ ...read.parameters, query: found.query })
  return 'why' in asked ? unreadable(asked) : answer(asked.request)
}

/** Lets answers pass, in the order in which they come, as long as all of them together are within the bound. */
const boundedTogether = (bytesMax: number): ((answer: Buffer) => Buffer) => {
  let bytes = 0
  return (answer) => {
    bytes += answer.length
    if (bytes <= bytesMax) return answer
    bytes -= answer.length
    const { message, code } = new CinegraphError('ANSWER_TOO_LARGE', { what: 'bytes', max: bytesMax })
    return jsonOf({ errors: [{ message, extensions: extensionsOf(code) }] }).json()
  }
}
