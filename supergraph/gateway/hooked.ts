import { extensionsOf } from '#platform/errors/errors.ts'
import type { GraphqlRequest } from '#platform/graphql/execute.ts'
import type { AnswerPart, PartsFormat } from '#platform/graphql/over-multipart.ts'
import { type Answered, answeredValue } from '../engine/answered.ts'
import { uncacheable } from '../engine/caching.ts'
import type { Answer, Asked, Hooks } from './hook-types.ts'
import type { Incoming } from './incoming.ts'

/** The ways in which an operation is answered. */
export type Ways = {
  readonly execute: (request: GraphqlRequest, incoming: Incoming) => Promise<Answered>
  readonly inParts: (request: GraphqlRequest, incoming: Incoming, format: PartsFormat) => AsyncIterable<AnswerPart>
  readonly subscribe: (request: GraphqlRequest, incoming: Incoming, signal: AbortSignal) => AsyncIterable<Answered>
}

type Going = { readonly request: GraphqlRequest; readonly incoming: Incoming; readonly asked: Asked }
type Begun = Going | { readonly answer: Answered; readonly asked: Asked }

/** The same ways with hooks before and after; the ways themselves where there are none. */
export const hooked = (ways: Ways, hooks: readonly Hooks[]): Ways => {
  if (hooks.length === 0) return ways
  const end = ending(hooks)
  return {
    execute: async (request, incoming) => {
      const begun = await begin(request, incoming, hooks)
      const { answerHeaders: headers } = begun.asked
      if ('answer' in begun) return { ...begun.answer, headers }
      const answer = await ways.execute(begun.request, begun.incoming)
      // NOTE: whose answer it is was read from other headers than the client's.
      const isClients = begun.incoming.headers === incoming.headers
      return { ...(await end(begun.asked, isClients ? answer : { ...answer, caching: uncacheable })), headers }
    },
    async *inParts(request, incoming, format) {
      const begun = await begin(request, incoming, hooks)
      if ('answer' in begun) yield { ...begun.answer, isLast: true }
      else yield* ways.inParts(begun.request, begun.incoming, format)
    },
    async *subscribe(request, incoming, signal) {
      const begun = await begin(request, incoming, hooks)
      if ('answer' in begun) yield begun.answer
      else for await (const answer of ways.subscribe(begun.request, begun.incoming, signal)) yield await end(begun.asked, answer)
    },
  }
}

/** NOTE: what a hook threw has been logged where it was called. */
const failed = (): Answered => answeredValue({ errors: [{ message: 'Internal error', extensions: extensionsOf('INTERNAL') }] }, 500)

const begin = async (request: GraphqlRequest, incoming: Incoming, hooks: readonly Hooks[]): Promise<Begun> => {
  const { notes = new Map<string, unknown>(), address = '', headers } = incoming
  let going: Going = {
    request,
    incoming: { ...incoming, notes },
    asked: { operation: request, headers, address, subject: incoming.bearer?.subject, notes, answerHeaders: {} },
  }
  for (const { onRequest } of hooks) {
    try {
      const said = await onRequest?.(going.asked)
      if (!said) continue
      if ('answer' in said) return { asked: going.asked, answer: answeredValue(said.answer, said.status) }
      going = changed(going, said)
    } catch {
      return { asked: going.asked, answer: failed() }
    }
  }
  return going
}

const changed = (
  { request, incoming, asked }: Going,
  { operation = request, headers = incoming.headers }: Partial<Pick<Asked, 'operation' | 'headers'>>,
) => ({
  request: operation,
  incoming: { ...incoming, headers },
  asked: { ...asked, operation, headers },
})

/** NOTE: the answer stays bytes where nobody wants to look into it. */
const ending = (hooks: readonly Hooks[]): ((asked: Asked, answer: Answered) => Promise<Answered>) => {
  const looking = hooks.filter(({ onAnswer, onError }) => onAnswer !== undefined || onError !== undefined)
  if (looking.length === 0) return async (_asked, answer) => answer
  return async (asked, answered) => {
    const onlyErrors = looking.every(({ onAnswer }) => onAnswer === undefined)
    if (onlyErrors && !answered.hasErrors) return answered
    let answer: Answer = answered.value()
    for (const hook of looking) {
      try {
        answer = await after(hook, asked, answer)
      } catch {
        return failed()
      }
    }
    return answeredValue(answer, answered.status)
  }
}

const after = async ({ onAnswer, onError }: Hooks, asked: Asked, answer: Answer): Promise<Answer> => {
  const { errors } = answer
  const shown = onError && errors ? await Promise.all(errors.map(async (error) => (await onError(asked, error)) ?? error)) : errors
  const seen: Answer = shown === undefined ? answer : { ...answer, errors: shown }
  return (await onAnswer?.(asked, seen)) ?? seen
}
