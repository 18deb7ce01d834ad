import { type Row, row } from '#platform/errors/row.ts'

/** What is wrong with a request, or not allowed to who sent it. */
export const requests = {
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
  TOO_MANY_TRIES: row(429, 'TOO_MANY_TRIES', true, (d) => `This was tried too often. Try again in ${d.retryAfterSeconds} seconds.`),
  TOO_MANY_HEARTBEATS: row(
    429,
    'TOO_MANY_HEARTBEATS',
    true,
    (d) => `This profile reports more than ${d.perSecond} heartbeats a second. Keep these and send them in ${d.seconds} s.`,
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
} as const satisfies Record<string, Row>
