import { GraphQLError } from 'graphql'
import { extensionsOf, isCinegraphError } from '#platform/errors/errors.ts'
import type { GraphqlAnswer, GraphqlError } from '#platform/graphql/execute.ts'
import { withoutLiterals } from '#platform/graphql/printable.ts'
import { inSpan } from '#platform/observe/spans.ts'
import { parseExact, stringifyExact } from '#platform/text/exact-json.ts'
import { type Caching, together, uncacheable } from './caching.ts'
import type { Projection } from './operation/projection.ts'
import { misfit } from './project/leaf.ts'
import { Output } from './project/output.ts'
import { placeErrors } from './project/place-errors.ts'
import { shapeAnswer } from './project/shape.ts'
import type { Tree } from './tree.ts'

/** An answer that is written or built when it is asked for: bytes for a socket, a value for a caller in this process. */
export type Answered = {
  /** The JSON text of the whole answer, in UTF-8. */
  readonly json: () => Buffer
  readonly value: () => GraphqlAnswer
  /** False when the request was refused before anything was executed; there is no `data` then. */
  readonly isExecuted: boolean
  /** Whether something went wrong. Some faults are found only when the answer is written, so this writes it. */
  readonly hasErrors: boolean
  readonly caching: Caching
  /** What HTTP says of it, where that is not for the media type to say. */
  readonly status?: number | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
}

/** What an operation found, not yet in the client's shape. */
export type Found = {
  readonly root: Tree
  readonly errors: readonly GraphqlError[]
  readonly shared: ReadonlySet<object>
  readonly caching: readonly Caching[]
}

export type ShowErrors = (errors: readonly GraphqlError[]) => readonly GraphqlError[]

export const answered = ({ root, errors: found, shared, caching }: Found, projection: Projection, show: ShowErrors): Answered => {
  const errors = found.length === 0 ? found : placeErrors(found, projection.selection, root)
  return lazily({ root, shared, errors, projection, show }, together(caching))
}

type Unwritten = Omit<Found, 'caching'> & { readonly projection: Projection; readonly show: ShowErrors }

type Written = { readonly bytes: Buffer; readonly hasErrors: boolean }

/**
 * NOTE: once the bytes are made the tree is let go. Who waits for an answer is old by then, as the garbage collector counts;
 * what an old object holds survives every collection of the young, and copying all those trees took a third of the CPU.
 */
const lazily = (unwritten: Unwritten, caching: Caching): Answered => {
  let held: Unwritten | Written = unwritten
  const write = (): Written => {
    if ('root' in held) {
      const tree = held
      held = inSpan('graphql.write', {}, () => written(tree))
    }
    return held
  }
  return {
    json: () => write().bytes,
    value: () => ('root' in held ? shaped(held) : (parseExact(String(held.bytes)) as GraphqlAnswer)),
    isExecuted: true,
    get hasErrors() {
      return unwrittenErrors(held) || write().hasErrors
    },
    caching,
  }
}

const unwrittenErrors = (held: Unwritten | Written): boolean => 'root' in held && held.errors.length > 0

const shaped = ({ root, errors, projection, show }: Unwritten): GraphqlAnswer => {
  try {
    const { data, errors: all } = shapeAnswer(projection.selection, root, { known: errors, rowsMax: projection.limits.answerRowsMax })
    return all.length === 0 ? { data } : { data, errors: show(all) }
  } catch (error) {
    return withoutData(error)
  }
}

/** The answer when it cannot be made, as when it is too large. Throws what is no error for the client. */
const withoutData = (error: unknown): GraphqlAnswer => {
  if (isCinegraphError(error)) return { data: null, errors: [{ message: error.message, extensions: extensionsOf(error.code) }] }
  throw error
}

/** One for all answers: each is written in one go. */
const output = new Output()

/** A null that has to move up is found on the way; only shaping moves it. */
const written = (unwritten: Unwritten): Written => {
  const { root, shared, errors, projection, show } = unwritten
  try {
    output.reset(projection.limits.answerBytesMax)
    output.raw('{"data":')
    projection.write(root, shared, { output, rowsMax: projection.limits.answerRowsMax })
    output.raw(errors.length === 0 ? '}' : `,"errors":${stringifyExact(show(errors))}}`)
    return { bytes: output.take(), hasErrors: errors.length > 0 }
  } catch (error) {
    const answer = error === misfit ? shaped(unwritten) : withoutData(error)
    return { bytes: bytesOf(answer), hasErrors: answer.errors !== undefined }
  }
}

const bytesOf = (answer: GraphqlAnswer): Buffer => Buffer.from(stringifyExact(answer))

/** A request that is refused as a whole. `error` is one that has a code, or an AggregateError of such; others are thrown on. */
export const refused = (error: unknown, show: ShowErrors): Answered => {
  const reasons = error instanceof AggregateError ? error.errors : [error]
  const errors = reasons.map((reason): GraphqlError => {
    if (isCinegraphError(reason)) return { message: reason.message, extensions: extensionsOf(reason.code) }
    if (!(reason instanceof GraphQLError)) throw error
    const shown = reason.toJSON() as GraphqlError
    return { ...shown, message: withoutLiterals(shown.message) }
  })
  return answeredValue({ errors: show(errors) })
}

/** An answer that is there as a value. What has no `data` was not executed. */
export const answeredValue = (answer: GraphqlAnswer, status?: number): Answered => ({
  json: () => bytesOf(answer),
  value: () => answer,
  isExecuted: answer.data !== undefined,
  hasErrors: answer.errors !== undefined && answer.errors.length > 0,
  caching: uncacheable,
  ...(status === undefined ? {} : { status }),
})
