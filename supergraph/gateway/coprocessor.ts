import { randomUUID } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { z } from 'zod'
import { isAnswer } from '#platform/graphql/execute.ts'
import { parseExact, stringifyExact } from '#platform/text/exact-json.ts'
import type { Answer, Answering, Asked, Changed, Hooks, Operation, SubgraphAnswered } from './hook-types.ts'
import type { GatewaySettings } from './settings.ts'

type Settings = NonNullable<GatewaySettings['coprocessor']>
type Wanted = NonNullable<Settings['router']['request']>
type Stage = `${'Router' | 'Supergraph' | 'Subgraph'}${'Request' | 'Response'}`

const Json = z.record(z.string(), z.unknown())
const Said = z.object({
  control: z.union([z.literal('continue'), z.object({ break: z.int().min(100).max(599) })]).default('continue'),
  headers: z.record(z.string(), z.array(z.string())).optional(),
  context: z.object({ entries: Json }).optional(),
  body: z.union([z.string(), Json]).optional(),
})
type Said = z.infer<typeof Said>

type Told = {
  readonly headers: IncomingHttpHeaders | Readonly<Record<string, string | string[] | undefined>>
  readonly notes: Map<string, unknown>
  readonly body: unknown
  readonly about?: object
}
type Tell = (stage: Stage, wanted: Wanted, told: Told) => Promise<Said>

/**
 * Asks a service at stages of each operation what to do: Apollo Router's external coprocessing, version 1
 * (https://www.apollographql.com/docs/graphos/routing/customization/coprocessor). Of its stages those of the router, the
 * supergraph and all subgraphs; each operation of a batch has stages of its own.
 */
export const openCoprocessor = ({ url, timeoutMs, router, supergraph, subgraph }: Settings): Hooks => {
  /** By the notes of an operation, which are the same from its first stage to its last. */
  const ids = new WeakMap<Map<string, unknown>, string>()
  const tell: Tell = async (stage, wanted, told) => {
    const id = ids.get(told.notes) ?? randomUUID()
    ids.set(told.notes, id)
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: stringifyExact({ ...payloadOf(stage, wanted, told), id }),
      signal: AbortSignal.timeout(timeoutMs),
      redirect: 'error',
    })
    if (!answer.ok) throw new TypeError(`The coprocessor answered ${stage} with status ${answer.status}`)
    const said = Said.parse(parseExact(await answer.text()))
    for (const [name, value] of Object.entries(said.context?.entries ?? {})) told.notes.set(name, value)
    return said
  }
  const { request: beforeFetch, response: afterFetch } = subgraph.all
  return {
    ...onRequestOf({ router: router.request, supergraph: supergraph.request }, tell),
    ...onAnswerOf({ router: router.response, supergraph: supergraph.response }, tell),
    ...(beforeFetch && {
      onSubgraphRequest: async ({ notes, subgraph: serviceName, query, variables, headers }) => {
        const body = { query, variables: parseExact(variables) }
        const said = await tell('SubgraphRequest', beforeFetch, { headers, notes, body, about: { serviceName } })
        if (said.control !== 'continue') return { answer: answerIn(said) }
        return said.headers && { headers: flat(said.headers) }
      },
    }),
    ...(afterFetch && { onSubgraphAnswer: (answered) => answeredBy(answered, afterFetch, tell) }),
  }
}

type Stages = { readonly router: Wanted | undefined; readonly supergraph: Wanted | undefined }

const payloadOf = (stage: Stage, wanted: Wanted, { headers, notes, body, about = {} }: Told) => ({
  version: 1,
  stage,
  control: 'continue',
  ...about,
  ...(wanted.headers && { headers: listed(headers) }),
  ...(wanted.context && { context: { entries: Object.fromEntries(notes) } }),
  ...(wanted.body && { body: stage.startsWith('Router') ? stringifyExact(body) : body }),
})

const onRequestOf = ({ router, supergraph }: Stages, tell: Tell): Pick<Hooks, 'onRequest'> => {
  if (router === undefined && supergraph === undefined) return {}
  return {
    onRequest: async (asked: Asked): Promise<Changed | Answering> => {
      let { operation, headers } = asked
      const { notes } = asked
      for (const [stage, wanted] of [
        ['RouterRequest', router],
        ['SupergraphRequest', supergraph],
      ] as const) {
        if (wanted === undefined) continue
        const said = await tell(stage, wanted, { headers, notes, body: operation, about: { method: 'POST', path: '/graphql' } })
        if (said.control !== 'continue') {
          Object.assign(asked.answerHeaders, flat(said.headers ?? {}))
          return { answer: answerIn(said), status: said.control.break }
        }
        if (said.headers) headers = flat(said.headers)
        if (said.body !== undefined) operation = AskedOperation.parse(bodyOf(said))
      }
      return { operation, headers }
    },
  }
}

const AskedOperation = z.object({ query: z.string(), variables: Json.nullish(), operationName: z.string().nullish() }).transform(
  ({ query, variables, operationName }): Operation => ({
    query,
    ...(variables ? { variables } : {}),
    ...(operationName ? { operationName } : {}),
  }),
)

const onAnswerOf = ({ router, supergraph }: Stages, tell: Tell): Pick<Hooks, 'onAnswer'> => {
  if (router === undefined && supergraph === undefined) return {}
  return {
    onAnswer: async ({ notes, answerHeaders }, given) => {
      let answer = given
      for (const [stage, wanted] of [
        ['SupergraphResponse', supergraph],
        ['RouterResponse', router],
      ] as const) {
        if (wanted === undefined) continue
        const said = await tell(stage, wanted, { headers: answerHeaders, notes, body: answer, about: { statusCode: 200 } })
        Object.assign(answerHeaders, flat(said.headers ?? {}))
        if (said.control !== 'continue' || said.body !== undefined) answer = answerIn(said)
      }
      return answer
    },
  }
}

const answeredBy = async ({ notes, subgraph, status, answerHeaders, answer }: SubgraphAnswered, wanted: Wanted, tell: Tell) => {
  const about = { serviceName: subgraph, statusCode: status }
  const said = await tell('SubgraphResponse', wanted, { headers: answerHeaders, notes, body: answer, about })
  return said.control !== 'continue' || said.body !== undefined ? answerIn(said) : undefined
}

const bodyOf = ({ body }: Said): unknown => (typeof body === 'string' ? parseExact(body) : body)

/** NOTE: who breaks off with a text instead of an answer says it as an error. */
const answerIn = (said: Said): Answer => {
  const { body, control } = said
  try {
    const answer = bodyOf(said)
    if (isAnswer(answer)) return answer
  } catch {
    // It is text.
  }
  const extensions = control === 'continue' ? {} : { extensions: { code: 'REFUSED_BY_COPROCESSOR' } }
  return { errors: [{ message: typeof body === 'string' ? body : 'Refused', ...extensions }] }
}

const listed = (headers: Told['headers']): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, [value].flat()]])))

const flat = (headers: Readonly<Record<string, readonly string[]>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, values]) => [name.toLowerCase(), values.join(', ')]))
