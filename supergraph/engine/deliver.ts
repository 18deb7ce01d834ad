import { CinegraphError, extensionsOf } from '#platform/errors/errors.ts'
import type { GraphqlError } from '#platform/graphql/execute.ts'
import type { AnswerPart } from '#platform/graphql/over-multipart.ts'
import { answered, type ShowErrors } from './answered.ts'
import { placesOf } from './fetch/collect.ts'
import type { Run } from './fetch/run.ts'
import type { Step } from './fetch/step.ts'
import type { InParts } from './operation/in-parts.ts'
import type { Projection } from './operation/projection.ts'
import type { Entry, Pending, WriteParts } from './parts-format.ts'
import { placeErrors } from './project/place-errors.ts'
import { shapeAnswer } from './project/shape.ts'
import type { Subtypes } from './schema/subtypes.ts'
import { isTree, type Tree } from './tree.ts'

type Delivering<C> = {
  readonly run: Run<C>
  /** The whole operation as one answer would have it. */
  readonly all: Projection
  readonly split: InParts
  readonly stepOf: (plan: InParts['fetching'][number]['plan']) => Step<C>
  readonly isOneOf: Subtypes['isOneOf']
  readonly show: ShowErrors
  readonly onDone: () => void
  readonly write: WriteParts
}

/**
 * What is not deferred, then each part as its fetches are done.
 * Nothing of a part is fetched before the first answer is taken.
 */
export async function* deliver<C>(delivering: Delivering<C>): AsyncGenerator<AnswerPart> {
  const { run, split, stepOf, show, write } = delivering
  await stepOf(split.fetching[0]?.plan ?? null)(run)
  const reported = new Set(run.errors.filter((error) => concernsFirst(error, delivering)))
  const first = answered({ ...run, errors: [...reported] }, split.first, show)
  const json = first.json()
  yield partOf(
    write.first(json, () => pendingIn(first.value().data, delivering)),
    { isLast: false, hasErrors: first.hasErrors },
  )
  yield* later(delivering, { reported, bytes: json.length })
}

/** What the client has been sent so far. */
type Sent = { readonly reported: Set<GraphqlError>; readonly bytes: number }

const partOf = (bytes: Buffer, how: Pick<AnswerPart, 'isLast' | 'hasErrors'>): AnswerPart => ({
  json: () => bytes,
  isExecuted: true,
  ...how,
})

/** An error of a fetch that the first answer needed can be about a field that comes later. */
const concernsFirst = <C>(error: GraphqlError, { run, all, split }: Delivering<C>): boolean => {
  const [inWhole] = placeErrors([error], all.selection, run.root)
  const [inFirst] = placeErrors([error], split.first.selection, run.root)
  return inWhole !== undefined && inFirst !== undefined && inWhole.path?.length === inFirst.path?.length
}

async function* later<C>(delivering: Delivering<C>, { reported, ...first }: Sent): AsyncGenerator<AnswerPart> {
  const { run, all, split, stepOf, onDone, write } = delivering
  let { bytes } = first
  const [, ...fetching] = split.fetching
  const done: Promise<number>[] = []
  for (const [index, { plan, after }] of fetching.entries()) {
    const before = after.flatMap((number) => (number === 0 ? [] : [done[number - 1]]))
    const fetched = Promise.all(before)
      .then(() => stepOf(plan)(run))
      .then(() => index)
    done.push(fetched)
    // NOTE: a client that goes away leaves nobody to report a failure to.
    fetched.catch(() => undefined)
  }
  const waiting = new Map(done.map((each, index) => [index, each]))
  while (waiting.size > 0) {
    const index = await Promise.race(waiting.values())
    waiting.delete(index)
    const part = split.parts[index]
    const incremental = part === undefined ? [] : entriesOf(part, delivering, reported)
    const hasNext = waiting.size > 0
    const text = write.later(incremental, hasNext)
    bytes += text.length
    if (bytes > all.limits.answerBytesMax) {
      yield partOf(write.later(tooLarge(incremental, all.limits.answerBytesMax), false), { isLast: true, hasErrors: true })
      break
    }
    yield partOf(text, { isLast: !hasNext, hasErrors: incremental.some(({ errors }) => errors !== undefined) })
  }
  onDone()
}

/** In place of a part with which all of them together would be longer than an answer may be. */
const tooLarge = ([entry]: readonly Entry[], bytesMax: number): readonly Entry[] => {
  const { message, code } = new CinegraphError('ANSWER_TOO_LARGE', { what: 'bytes', max: bytesMax })
  return entry === undefined ? [] : [{ ...entry, data: null, errors: [{ message, extensions: extensionsOf(code) }] }]
}

/** The objects of the first answer for which something comes later. */
const pendingIn = <C>(data: unknown, { run, split, isOneOf }: Delivering<C>): readonly Pending[] =>
  split.parts.flatMap((part) =>
    placesIn(part, { run, isOneOf })
      .map(({ path }) => ({ ...(part.label === undefined ? {} : { label: part.label }), path }))
      .filter(({ path }) => isTree(path.reduce((value, step) => (value as Tree | null | undefined)?.[step], data))),
  )

type Finding<C> = Pick<Delivering<C>, 'run' | 'isOneOf'>

/** The objects that a deferred fragment is about, where they stand in the answer. */
const placesIn = <C>(part: InParts['parts'][number], { run, isOneOf }: Finding<C>) =>
  placesOf(run.root, part.path, isOneOf).flatMap(({ object, path }) => {
    const name = part.selection.typeNameOf(object.__typename)
    return name !== undefined && part.selection.fieldsOf(name).length === 0 ? [] : [{ object, path: clientPath(path, part.keys) }]
  })

/** One entry for each object that the fragment is about. */
const entriesOf = <C>(
  part: InParts['parts'][number],
  { run, all, isOneOf, show }: Delivering<C>,
  reported: Set<GraphqlError>,
): readonly Entry[] =>
  placesIn(part, { run, isOneOf }).map(({ object, path }): Entry => {
    const own = run.errors.flatMap((error) => {
      const [placed] = reported.has(error) ? [] : placeErrors([error], all.selection, run.root)
      // NOTE: an error of a whole fetch of root fields has no path.
      if (placed === undefined || !path.every((step, index) => placed.path === undefined || placed.path[index] === step)) return []
      reported.add(error)
      return [placed.path === undefined ? placed : { ...placed, path: placed.path.slice(path.length) }]
    })
    const { data, errors } = shapeAnswer(part.selection, object, { known: own, rowsMax: all.limits.answerRowsMax })
    const shown = show(errors).map((error) => (error.path === undefined ? error : { ...error, path: [...path, ...error.path] }))
    return { ...(part.label === undefined ? {} : { label: part.label }), path, data, ...(shown.length === 0 ? {} : { errors: shown }) }
  })

const clientPath = (stored: readonly (string | number)[], keys: readonly string[]): readonly (string | number)[] => {
  let at = 0
  return stored.map((step) => {
    if (typeof step === 'number') return step
    at += 1
    return keys[at - 1] ?? step
  })
}
