import assert from 'node:assert/strict'
import type { ExecutionResult } from 'graphql'
import type { AskSubgraph } from '../../supergraph/engine/ask.ts'
import type { Engine } from '../../supergraph/engine/engine.ts'
import type { Incoming } from '../../supergraph/gateway/incoming.ts'
import type { Operation } from './operations.ts'

type Path = readonly (string | number)[]

/** Where on its path an error made the answer null. */
const nulled = (data: unknown, path: Path): string => {
  let value = data
  for (const [index, step] of path.entries()) {
    if (value === null || value === undefined) return path.slice(0, index).join('/')
    value = (value as Record<string | number, unknown>)[step]
  }
  return path.join('/')
}

const isNear = (a: string, b: string): boolean => a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`) || a === '' || b === ''

export const nobody: Incoming = { headers: {} }
/** An answer without errors may be kept for as long as the test runs. */
export const keeping =
  (ask: AskSubgraph<unknown>): AskSubgraph<unknown> =>
  async (request, context) => ({ ...(await ask(request, context)), caching: { maxAgeSeconds: 3_600, isPrivate: false, tags: [] } })

/** Throws when an answer differs from the expected one: data, order of fields, or the places that errors are about. */
export const checkAnswer = async (engine: Engine<Incoming>, operation: Operation, expected: ExecutionResult): Promise<void> => {
  const answer = await engine.execute({ query: operation.text, variables: operation.variables }, nobody)
  const plain = JSON.parse(JSON.stringify(expected)) as ExecutionResult
  const value = answer.value()
  assert.deepEqual(value.data, plain.data, 'data')
  assert.deepEqual(JSON.parse(String(answer.json())), JSON.parse(JSON.stringify(value)), 'text and value say the same')
  assert.equal(JSON.stringify(value.data), JSON.stringify(plain.data), 'order of fields')
  const wanted = (plain.errors ?? []).map(({ path = [] }) => nulled(plain.data, path))
  const reported = (value.errors ?? []).map(({ path = [] }) => nulled(value.data, path))
  for (const place of wanted)
    assert.ok(
      reported.some((other) => isNear(other, place)),
      `no error reports ${place}: ${JSON.stringify(value.errors)}`,
    )
  for (const place of reported)
    assert.ok(
      wanted.some((other) => isNear(other, place)),
      `an error reports ${place}: ${JSON.stringify(value.errors)}`,
    )
}

type Part = { readonly data?: unknown; readonly incremental?: readonly { readonly path: Path; readonly data: unknown }[] }

/** Throws when the parts of an answer that defers some of it do not add up to the expected answer. */
export const checkParts = async (engine: Engine<Incoming>, operation: Operation, expected: ExecutionResult): Promise<void> => {
  const answer = { data: null as unknown }
  for await (const { json } of engine.executeInParts({ query: operation.text, variables: operation.variables }, nobody)) {
    const part = JSON.parse(String(json())) as Part
    if ('data' in part) answer.data = part.data
    for (const { path, data } of part.incremental ?? []) add(at(answer.data, path), data)
  }
  assert.deepEqual(answer.data, JSON.parse(JSON.stringify(expected.data)))
}

const at = (data: unknown, path: Path): unknown =>
  path.reduce((value: unknown, step) => (value as Record<string | number, unknown>)[step], data)

const add = (target: unknown, data: unknown): void => {
  for (const [key, value] of Object.entries(data as object)) {
    const known = (target as Record<string, unknown>)[key]
    if (typeof known === 'object' && known !== null) add(known, value)
    else (target as Record<string, unknown>)[key] = value
  }
}
