import { CinegraphError, errorTable } from '#platform/errors/errors.ts'
import type { GraphqlError } from '#platform/graphql/execute.ts'
import type { ShowErrors } from '../engine/answered.ts'

/** In production, an error of a subgraph that has no code of its own was not made for clients: its message stays here. */
export const hideUnexpected: ShowErrors = (errors) => errors.map(hidden)

const hidden = (error: GraphqlError): GraphqlError => {
  const { code, serviceName } = error.extensions ?? {}
  if (code !== errorTable.INTERNAL.graphql && code !== errorTable.SUBGRAPH_ERROR.graphql) return error
  const name = typeof serviceName === 'string' ? serviceName : 'asked'
  return {
    ...error,
    message: new CinegraphError('SUBGRAPH_ERROR', { name }).message,
    extensions: { code, ...(serviceName === undefined ? {} : { serviceName }) },
  }
}

/** Where servers keep stack traces in an error's extensions. */
const traces: ReadonlySet<string> = new Set(['stacktrace', 'stackTrace', 'stack', 'exception', 'trace', 'debug', 'debugMessage'])

const serverPaths: readonly RegExp[] = [
  /\bfile:\/\/\/[^\s'"`<>(),;]+/g,
  /(?<![\w/:.-])\/(?:app|data|etc|home|mnt|opt|private|proc|root|srv|tmp|usr|Users|var|work|workspace)\/[^\s'"`<>(),;]*/g,
  /(?<![\w/:.-])(?:\/[\w.@+-]+)+\.(?:c|go|java|js|json|kt|mjs|php|py|rb|rs|ts|tsx)(?::\d+)*/g,
  /\b[A-Za-z]:\\[^\s'"`<>(),;]+/g,
]

const withoutPaths = (text: string): string =>
  serverPaths.reduce((rest, path) => rest.replace(path, '‹path›'), text.replace(/\n\s+at [\s\S]*$/, ''))

/** Errors as clients may see them: without stack traces, and without the paths of files on servers. */
export const withoutServerDetails: ShowErrors = (errors) =>
  errors.map(({ message, extensions, ...error }) => ({
    ...error,
    message: withoutPaths(message),
    ...(extensions === undefined ? {} : { extensions: withoutTraces(extensions) }),
  }))

const withoutTraces = (extensions: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(extensions).flatMap(([key, value]) => (traces.has(key) ? [] : [[key, cleaned(value)]])))

const cleaned = (value: unknown): unknown => {
  if (typeof value === 'string') return withoutPaths(value)
  if (Array.isArray(value)) return value.map(cleaned)
  return typeof value === 'object' && value !== null ? withoutTraces(value as Readonly<Record<string, unknown>>) : value
}
