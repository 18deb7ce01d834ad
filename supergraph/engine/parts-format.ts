import type { GraphqlError } from '#platform/graphql/execute.ts'
import type { PartsFormat } from '#platform/graphql/over-multipart.ts'
import { stringifyExact } from '#platform/text/exact-json.ts'

type Path = readonly (string | number)[]
/** What a deferred fragment gives for one object. */
export type Entry = {
  readonly label?: string
  readonly path: Path
  readonly data: unknown
  readonly errors?: readonly GraphqlError[]
}
/** An object for which something comes later. */
export type Pending = Pick<Entry, 'label' | 'path'>

/** Writes the parts of an answer. */
export type WriteParts = {
  readonly first: (json: Buffer, pending: () => readonly Pending[]) => Buffer
  readonly later: (entries: readonly Entry[], hasNext: boolean) => Buffer
}

/** `{"data":…}` becomes `{"data":…,<more>}`. */
const extended = (json: Buffer, more: string): Buffer => Buffer.concat([json.subarray(0, -1), Buffer.from(`,${more}}`)])

/** https://github.com/graphql/defer-stream-wg as of 2022-08-24: entries say by path and label what they are. */
const of2022: WriteParts = {
  first: (json) => extended(json, '"hasNext":true'),
  later: (entries, hasNext) => Buffer.from(stringifyExact({ ...(entries.length === 0 ? {} : { incremental: entries }), hasNext })),
}

/** The incremental delivery of graphql-js 17 (alpha 9): what comes later is announced, and has a number. */
const numbered = (): WriteParts => {
  const ids = new Map<string, string>()
  const open = new Set<string>()
  const keyOf = ({ label, path }: Pending): string => JSON.stringify([label, path])
  const announce = (pending: readonly Pending[]) =>
    pending
      .filter((each) => !ids.has(keyOf(each)))
      .map(({ label, path }) => {
        const id = String(ids.size)
        ids.set(keyOf({ path, ...(label === undefined ? {} : { label }) }), id)
        open.add(id)
        return { id, path, ...(label === undefined ? {} : { label }) }
      })
  const idOf = (entry: Entry): string => ids.get(keyOf(entry)) ?? ''
  return {
    first: (json, pending) => extended(json, `"pending":${JSON.stringify(announce(pending()))},"hasNext":true`),
    later: (entries, hasNext) => {
      const pending = announce(entries)
      const given = entries.filter(({ data }) => data !== null)
      const incremental = given.map((entry) => ({ id: idOf(entry), data: entry.data, ...errorsOf(entry) }))
      const completed = entries.map((entry) => ({ id: idOf(entry), ...(entry.data === null ? errorsOf(entry) : {}) }))
      for (const { id } of completed) open.delete(id)
      // NOTE: what was announced and turned out to have no object any more is over too.
      if (!hasNext) completed.push(...[...open].map((id) => ({ id })))
      const lists = { pending, incremental, completed }
      return Buffer.from(stringifyExact({ ...Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0)), hasNext }))
    },
  }
}

const errorsOf = ({ errors }: Entry) => (errors === undefined ? {} : { errors })

export const partsWriter = (format: PartsFormat): WriteParts => (format === '20220824' ? of2022 : numbered())
