import { type Row, row } from '#platform/errors/row.ts'

/** What keeps a process from starting or going on: settings, data folders, engines. */
export const configuration = {
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
  DATABASE_ELSEWHERE: row(500, 'CONFIG', false, (d) => `The database of the data folder ${d.dir} ${d.why}. ${d.what}`),
  PROCESS_FAILED: row(500, 'CONFIG', true, (d) => `${d.why}`),
  DATABASE_NEEDED: row(
    500,
    'CONFIG',
    false,
    () => 'DATABASE_URL is not set. Run `npm start`, which brings its own PostgreSQL, or give this process a URL.',
  ),
} as const satisfies Record<string, Row>
