/** One row per failure a person or a program can meet. A code, once used, is never reused; docs/ERRORS.md is held equal by a test. */
type Row = {
  readonly http: number
  readonly graphql: string
  /** Whether the same request can succeed later without being changed. */
  readonly retry: boolean
  readonly say: (details: Details) => string
}
export type Details = Readonly<Record<string, string | number>>

const row = (http: number, graphql: string, retry: boolean, say: (details: Details) => string): Row => ({ http, graphql, retry, say })

export const errorTable = {
  SETTING_UNKNOWN: row(500, 'CONFIG', false, (d) => `Unknown setting ${d.name}.${d.hint} Run \`npm start -- --help\` for the list.`),
  SETTING_INVALID: row(500, 'CONFIG', false, (d) => `${d.name} is ${d.value}, which is not ${d.wanted}. Correct it or leave it out.`),
  SETTING_UNSUPPORTED: row(
    500,
    'CONFIG',
    false,
    (d) => `${d.name} is set, but this version has no adapter for that engine. Unset it to use the embedded one.`,
  ),
  GATEWAY_OPTION: row(
    500,
    'CONFIG',
    false,
    (d) => `The option ${d.name} cannot be used: ${d.why}. Run \`npm run supergraph -- --help\`, or see docs/SUPERGRAPH.md.`,
  ),
  PORT_TAKEN: row(
    500,
    'CONFIG',
    true,
    (d) => `Port ${d.port} (${d.what}) is taken. Stop what uses it, or choose others with --port-base N.`,
  ),
  DISK_FULL: row(
    507,
    'DISK_FULL',
    true,
    (d) =>
      `The disk that holds ${d.dir} has ${d.freeMb} MB free and ${d.neededMb} MB are needed. Make room, or choose another folder with --data DIR.`,
  ),
  DATA_IN_USE: row(
    500,
    'CONFIG',
    true,
    (d) => `The data folder ${d.dir} is in use by process ${d.pid}. Stop that one, or choose another folder with --data DIR.`,
  ),
  DATA_NEWER: row(
    500,
    'CONFIG',
    false,
    (d) =>
      `The data folder ${d.dir} was written by a newer version (format ${d.found}; this one knows ${d.known}). Start that version, or choose another folder with --data DIR.`,
  ),
  DATA_CORRUPT: row(
    500,
    'CONFIG',
    false,
    (d) => `${d.file} cannot be read (${d.why}). Restore it from a backup, or choose another folder with --data DIR.`,
  ),
  SECRET_MISSING: row(
    500,
    'CONFIG',
    false,
    (d) =>
      `The secret ${d.file} is not there. The first \`npm start\` on a data folder makes it; for a process on another machine copy it from there.`,
  ),
  DATA_UNWRITABLE: row(
    500,
    'CONFIG',
    false,
    (d) => `The data folder ${d.dir} cannot be written (${d.why}). Give this user the right, or choose another folder with --data DIR.`,
  ),
  DATA_NOT_FOLDER: row(
    500,
    'CONFIG',
    false,
    (d) => `${d.dir} cannot be a data folder: ${d.file} is no folder. Choose another with --data DIR.`,
  ),
  DATA_FOREIGN: row(
    500,
    'CONFIG',
    false,
    (d) =>
      `The folder ${d.dir} holds other things (${d.found}) and is not a data folder. Nothing in it was changed. Name an empty folder with --data DIR.`,
  ),
  PROCESS_FAILED: row(500, 'CONFIG', true, (d) => `${d.why}`),
  DATABASE_NEEDED: row(
    500,
    'CONFIG',
    false,
    () => 'DATABASE_URL is not set. Run `npm start`, which brings its own PostgreSQL, or give this process a URL.',
  ),
  DATABASE_UNAVAILABLE: row(503, 'DATABASE_UNAVAILABLE', true, (d) => `The database does not answer (${d.why}). Try again in a moment.`),
  DATABASE_ABSENT: row(
    503,
    'CONFIG',
    true,
    (d) =>
      `The database at ${d.where} has not answered within ${d.seconds} s (${d.why}). Start it or correct DATABASE_URL; --database-wait-seconds N waits longer.`,
  ),
  ENGINE_ABSENT: row(
    503,
    'CONFIG',
    true,
    (d) =>
      `${d.engine} at ${d.where} has not answered within ${d.seconds} s (${d.why}). Start it or correct ${d.setting}; --database-wait-seconds N waits longer.`,
  ),
  ENGINE_REFUSES: row(500, 'CONFIG', false, (d) => `${d.engine} at ${d.where} refuses: ${d.why}. Correct ${d.setting}.`),
  ENGINE_MISSING: row(500, 'CONFIG', false, (d) => `${d.engine} cannot be brought up on this machine: ${d.why}. ${d.help}.`),
  ENGINE_FAILED: row(500, 'CONFIG', true, (d) => `${d.server} ${d.what}. The last lines of its log: ${d.log}`),
  ENGINE_UNKNOWN: row(500, 'CONFIG', false, (d) => `There is no recipe for ${d.name}. These can be brought up: ${d.known}.`),
  ENGINE_DOWN: row(500, 'CONFIG', false, (d) => `${d.name} is not up. Run \`npm run engines -- up ${d.name}\`.`),
  EVENTS_UNAVAILABLE: row(503, 'EVENTS_UNAVAILABLE', true, (d) => `The event log does not answer (${d.why}). Try again in a moment.`),
  HISTORY_UNAVAILABLE: row(
    503,
    'HISTORY_UNAVAILABLE',
    true,
    (d) => `The viewing history does not answer (${d.why}). Try again in a moment.`,
  ),
  SUBGRAPH_UNAVAILABLE: row(503, 'SUBGRAPH_UNAVAILABLE', true, (d) => `The ${d.name} service does not answer.`),
  SUBGRAPH_ERROR: row(502, 'DOWNSTREAM_SERVICE_ERROR', true, (d) => `The ${d.name} service could not answer all of it.`),
  SUPERGRAPH_INVALID: row(
    500,
    'CONFIG',
    false,
    (d) => `The supergraph cannot be served: ${d.why}. Compose it again (\`npm run compose\`, or your own composition) and start anew.`,
  ),
  FIELD_DENIED: row(403, 'UNAUTHORIZED_FIELD_OR_TYPE', false, (d) => `You may not read ${d.field}.`),
  COST_TOO_HIGH: row(
    400,
    'COST_ESTIMATED_TOO_EXPENSIVE',
    false,
    (d) => `This operation is estimated to cost ${d.cost}; ${d.max} is allowed. Ask for less at a time.`,
  ),
  PLAN_FAILED: row(500, 'PLAN_FAILED', false, (d) => `This operation cannot be planned: ${d.why}.`),
  OVERLOADED: row(503, 'OVERLOADED', true, (d) => `${d.what} has too much to do at the moment. Try again in a moment.`),
  DEADLINE: row(504, 'DEADLINE', true, (d) => `${d.what} did not answer within ${d.ms} ms.`),
  CIRCUIT_OPEN: row(503, 'CIRCUIT_OPEN', true, (d) => `${d.what} failed too often and is left alone for a moment.`),
  QUERY_TOO_DEEP: row(400, 'QUERY_TOO_DEEP', false, (d) => `This query is ${d.depth} levels deep; ${d.max} are allowed.`),
  QUERY_TOO_COSTLY: row(
    400,
    'QUERY_TOO_COSTLY',
    false,
    (d) => `This query costs ${d.cost}; ${d.max} is allowed. Ask for fewer items or fewer fields.`,
  ),
  QUERY_TOO_LARGE: row(400, 'QUERY_TOO_LARGE', false, (d) => `This query has ${d.count} ${d.what}; ${d.max} are allowed.`),
  ANSWER_TOO_LARGE: row(
    400,
    'ANSWER_TOO_LARGE',
    false,
    (d) => `The answer has more than ${d.max} ${d.what}, which is too much for one request. Ask for fewer items or fewer fields.`,
  ),
  TOO_MANY_SUBSCRIPTIONS: row(
    429,
    'TOO_MANY_SUBSCRIPTIONS',
    true,
    (d) => `${d.what} has ${d.max} subscriptions already, which is the limit. End one, then subscribe again.`,
  ),
  QUERY_TOO_MANY_ALIASES: row(400, 'QUERY_TOO_MANY_ALIASES', false, (d) => `This query has ${d.aliases} aliases; ${d.max} are allowed.`),
  UNAUTHENTICATED: row(401, 'UNAUTHENTICATED', false, () => 'Sign in first: the access token is missing, expired or not valid.'),
  HOST_UNKNOWN: row(
    421,
    'HOST_UNKNOWN',
    false,
    (d) =>
      `This server is not known by the name ${d.host}. Where it is one of its names, add it to --allowed-hosts (a gateway: \`allowedHosts\`).`,
  ),
  FORBIDDEN: row(403, 'FORBIDDEN', false, () => 'This account may not do that.'),
  NOT_FOUND: row(404, 'NOT_FOUND', false, (d) => `There is no ${d.what} ${d.id}.`),
  DOCUMENT_UNKNOWN: row(
    404,
    'PERSISTED_QUERY_NOT_FOUND',
    false,
    (d) => `No document is registered here as ${JSON.stringify(d.id)}. Register it (\`npm run bff:register\`), or send its text.`,
  ),
  DOCUMENT_NOT_REGISTERED: row(
    403,
    'DOCUMENT_NOT_REGISTERED',
    false,
    () => 'Only registered documents are answered here. Register this one first (`npm run bff:register`).',
  ),
  INPUT_INVALID: row(400, 'BAD_USER_INPUT', false, (d) => `${d.name} ${d.why}.`),
  EVENT_TOO_LARGE: row(
    413,
    'EVENT_TOO_LARGE',
    false,
    (d) =>
      `An event of ${d.topic} has ${d.bytes} bytes; ${d.max} are allowed. Put the large part into the object store and its key into the event.`,
  ),
  EMAIL_TAKEN: row(409, 'EMAIL_TAKEN', false, () => 'An account with this e-mail address exists already. Sign in instead.'),
  STREAM_TOKEN_INVALID: row(403, 'STREAM_TOKEN_INVALID', false, () => 'This stream address is not valid. Ask for a new one with `play`.'),
  STREAM_TOKEN_EXPIRED: row(403, 'STREAM_TOKEN_EXPIRED', false, () => 'This stream address has expired. Ask for a new one with `play`.'),
  RANGE_INVALID: row(416, 'RANGE_INVALID', false, (d) => `The range lies outside the ${d.size} bytes of this object.`),
  PRECONDITION_FAILED: row(
    412,
    'PRECONDITION_FAILED',
    false,
    () => 'The object has changed meanwhile, or is there already. Read it again first.',
  ),
  OBJECT_CORRUPT: row(500, 'OBJECT_CORRUPT', false, () => 'A stored object is damaged: its checksum differs. Restore it from a backup.'),
  SEARCH_UNAVAILABLE: row(503, 'SEARCH_UNAVAILABLE', true, (d) => `The search index does not answer (${d.why}). Try again in a moment.`),
  STORE_UNAVAILABLE: row(503, 'STORE_UNAVAILABLE', true, (d) => `The object store does not answer (${d.why}). Try again in a moment.`),
  ORIGIN_UNAVAILABLE: row(502, 'ORIGIN_UNAVAILABLE', true, () => 'The origin does not answer. Try another edge.'),
  SOURCE_UNREADABLE: row(422, 'SOURCE_UNREADABLE', false, (d) => `The film cannot be read: ${d.why}. Export it again and upload that.`),
  SOURCE_WITHOUT_VIDEO: row(422, 'SOURCE_WITHOUT_VIDEO', false, () => 'The file has no video track. Upload a file that has one.'),
  SOURCE_TOO_LARGE: row(413, 'SOURCE_TOO_LARGE', false, (d) => `The film is too large: ${d.why}. ${d.advice}.`),
  UPLOAD_CHECKSUM: row(422, 'UPLOAD_CHECKSUM', true, () => 'What arrived differs from what was sent (SHA-256). Upload it again.'),
  UPLOAD_INCOMPLETE: row(409, 'UPLOAD_INCOMPLETE', true, (d) => `Part ${d.part} of the upload is missing. Send it, then finish again.`),
  UPLOAD_CLOSED: row(409, 'UPLOAD_CLOSED', false, () => 'This upload is finished and takes no more parts. Start another for another film.'),
  ENCODE_FAILED: row(500, 'ENCODE_FAILED', true, (d) => `The encoder stopped: ${d.why}`),
  INTERNAL: row(500, 'INTERNAL_SERVER_ERROR', true, () => 'Something failed on our side. It is logged under the trace id of this answer.'),
} as const satisfies Record<string, Row>

export type ErrorCode = keyof typeof errorTable

/** The one error class. Match on `code`, never on the class. */
export class CinegraphError extends Error {
  readonly code: ErrorCode
  readonly details: Details
  constructor(code: ErrorCode, details: Details = {}, cause?: unknown) {
    super(errorTable[code].say(details), cause === undefined ? undefined : { cause })
    this.name = 'CinegraphError'
    this.code = code
    this.details = details
  }
}

/** What GraphQL clients get of a code, in an error's `extensions`. */
export const extensionsOf = (code: ErrorCode): { readonly code: string; readonly retry: boolean } => ({
  code: errorTable[code].graphql,
  retry: errorTable[code].retry,
})

/** An error that goes to the caller as it is; anything else is unexpected and answered with INTERNAL. */
export const isCinegraphError = (error: unknown): error is CinegraphError => error instanceof CinegraphError

const graphqlCodesOfCallers: ReadonlySet<unknown> = new Set([
  ...Object.values(errorTable)
    .filter(({ http }) => http < 500)
    .map(({ graphql }) => graphql),
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_REQUEST',
])

/** Whether a failure is the caller's own: it is no sign that the dependency which was asked is unwell. */
export const isCallersFault = (error: unknown): boolean => {
  if (isCinegraphError(error)) return errorTable[error.code].http < 500
  const extensions = error instanceof Error && 'extensions' in error ? error.extensions : undefined
  return typeof extensions === 'object' && extensions !== null && 'code' in extensions && graphqlCodesOfCallers.has(extensions.code)
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message || error.name : String(error))

/** The system error code (`ENOENT`, `EADDRINUSE` …) of a Node error, or undefined. */
export const systemCodeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
