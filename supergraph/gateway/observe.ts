import { createHash } from 'node:crypto'
import type { GraphqlRequest } from '#platform/graphql/execute.ts'
import type { AnswerPart } from '#platform/graphql/over-multipart.ts'
import { printableName, printableOperation } from '#platform/graphql/printable.ts'
import type { Log } from '#platform/observe/log.ts'
import type { Answered } from '../engine/answered.ts'
import { operationSeconds } from './metrics.ts'

export type Observe = {
  readonly operation: (request: GraphqlRequest, work: () => Promise<Answered>) => Promise<Answered>
  /** An answer in parts, timed from its first to its last. */
  readonly inParts: (request: GraphqlRequest, parts: AsyncIterable<AnswerPart>) => AsyncGenerator<AnswerPart>
}

/** Counts operations and, when one was slow, names it with its hash, so that it can be found and explained. */
export const observeOperations = (log: Log, slowMs: number): Observe => {
  const seconds = { fine: operationSeconds.labels('fine'), failed: operationSeconds.labels('failed') }
  const note = (request: GraphqlRequest, began: number, outcome: keyof typeof seconds): void => {
    const ms = performance.now() - began
    seconds[outcome].observe(ms / 1000)
    if (ms >= slowMs) log.warn(named(request, ms), 'slow operation')
  }
  return {
    operation: async (request, work) => {
      const began = performance.now()
      const answer = await work()
      note(request, began, answer.hasErrors ? 'failed' : 'fine')
      return answer
    },
    inParts: async function* (request, parts) {
      const began = performance.now()
      let hasErrors = false
      try {
        for await (const part of parts) {
          hasErrors ||= part.hasErrors
          yield part
        }
      } finally {
        note(request, began, hasErrors ? 'failed' : 'fine')
      }
    },
  }
}

const named = ({ operationName, query }: GraphqlRequest, ms: number) => ({
  operation: printableName(operationName),
  hash: createHash('sha256').update(query).digest('hex').slice(0, 16),
  ms: Math.round(ms),
  query: printableOperation(query),
})
