import type { GraphqlAnswer } from '#platform/graphql/execute.ts'
import { type QueryLimits, refusal } from '#platform/graphql/limits/limits.ts'

export type AnswerLimits = Pick<QueryLimits, 'answerBytesMax' | 'answerRowsMax'>
type Size = { rows: number; bytes: number }

const punctuation = 4
const scalarBytes = 8

/** The answer, or in its place one that refuses it: ANSWER_TOO_LARGE. Counting ends where a limit is passed. */
export const withinLimits = (answer: GraphqlAnswer, limits: AnswerLimits): GraphqlAnswer => {
  const size: Size = { rows: 0, bytes: 0 }
  const waiting: unknown[] = [answer.data]
  while (waiting.length > 0) {
    count(waiting.pop(), waiting, size)
    if (size.rows > limits.answerRowsMax) return tooLarge('objects', limits.answerRowsMax)
    if (size.bytes > limits.answerBytesMax) return tooLarge('bytes', limits.answerBytesMax)
  }
  return answer
}

const tooLarge = (what: string, max: number): GraphqlAnswer => ({
  data: null,
  errors: [refusal('ANSWER_TOO_LARGE', { what, max }).toJSON() as NonNullable<GraphqlAnswer['errors']>[number]],
})

/** Bytes of the JSON text, within a few of each value; of a text at least its characters. */
const count = (value: unknown, waiting: unknown[], size: Size): void => {
  if (typeof value === 'string') size.bytes += value.length + punctuation
  else if (typeof value !== 'object' || value === null) size.bytes += scalarBytes
  else if (Array.isArray(value)) {
    size.bytes += value.length
    for (const item of value) waiting.push(item)
  } else {
    size.rows += 1
    for (const key in value) {
      size.bytes += key.length + punctuation
      waiting.push((value as Record<string, unknown>)[key])
    }
  }
}
