import { type Row, row } from '#platform/errors/row.ts'

/** What does not answer, or not in time. */
export const availability = {
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
} as const satisfies Record<string, Row>
