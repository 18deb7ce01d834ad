import { CinegraphError } from '#platform/errors/errors.ts'

/** SETTING_UNKNOWN for a name, with the known name that was most likely meant, if there is one. */
export const unknownSetting = (name: string, meant: string | undefined): CinegraphError =>
  new CinegraphError('SETTING_UNKNOWN', { name, hint: meant === undefined ? '' : ` Did you mean ${meant}?` })

/** Other names under which the servers that we have settings for are commonly given. */
const otherNames: Readonly<Record<string, string>> = {
  KAFKA: 'KAFKA_URL',
  CASSANDRA: 'CASSANDRA_URL',
  CONDUCTOR: 'CONDUCTOR_URL',
  REDIS: 'REDIS_URLS',
  ELASTIC: 'ELASTICSEARCH_URL',
  ELASTICSEARCH: 'ELASTICSEARCH_URL',
  S3: 'S3_ENDPOINT',
  POSTGRES: 'DATABASE_URL',
  POSTGRESQL: 'DATABASE_URL',
  DATABASE: 'DATABASE_URL',
  OTLP: 'OTEL_EXPORTER_OTLP_ENDPOINT',
}
const address = /^([A-Z0-9]+?)_?(?:URLS?|URIS?|BROKERS?|BOOTSTRAP_SERVERS?|SERVERS?|HOSTS?|NODES?|ENDPOINTS?|CONTACT_POINTS?)$/

/**
 * The setting that a name of the environment most likely stands for, undefined for a name that is none of our business.
 * Names are read that begin as ours do, that differ from one of ours by a letter or two, or that give the address of an
 * engine. NOTE: what an orchestrator sets by itself for each service (`REDIS_PORT`, `REDIS_SERVICE_HOST`) is not among them.
 */
export const meantSetting = (name: string, known: readonly string[]): string | undefined => {
  const upper = name.toUpperCase()
  if (known.includes(upper)) return upper
  const engine = otherNames[address.exec(upper)?.[1] ?? '']
  return engine ?? nearest(upper, known, Math.floor(upper.length / 6))
}

/** The known name that differs least from `name`, if it does by no more than so many letters. */
export const nearest = (
  name: string,
  known: readonly string[],
  lettersMax = Math.max(2, Math.floor(name.length / 4)),
): string | undefined => {
  const away = (each: string): number => distance(name.toUpperCase(), each.toUpperCase())
  return known.filter((each) => away(each) <= lettersMax).toSorted((a, b) => away(a) - away(b))[0]
}

/** How many letters have to be put in, taken out, replaced or swapped with their neighbour (optimal string alignment). */
const distance = (a: string, b: string): number => {
  let before: readonly number[] = []
  let row: readonly number[] = Array.from({ length: b.length + 1 }, (_, at) => at)
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? (before[j - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + cost, swapped))
    }
    before = row
    row = next
  }
  return row[b.length] ?? 0
}
