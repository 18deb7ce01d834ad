import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { JobQueue } from '#platform/contracts/job-queue.ts'
import type { Topic } from '#platform/contracts/topic.ts'
import { notTaken, PayloadSchema, payloadSchema } from './payload-schema.ts'

export type Declaration = Topic | JobQueue
/** A sentence per fault. Contracts that are only not written yet are no faults. */
export type Compared = { readonly faults: readonly string[]; readonly stale: ReadonlyMap<string, PayloadSchema> }

export const schemasFolder = join(import.meta.dirname, '..', '..', 'platform', 'contracts', 'schemas')

const versionOf = (declaration: Declaration): number => (declaration.kind === 'topic' ? declaration.version : 1)
const fileOf = (name: string, version: number): string => `${name}.v${version}.json`

export const readContracts = async (folder = schemasFolder): Promise<ReadonlyMap<string, PayloadSchema>> => {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.json'))
  const read = files.map(async (file) => [file, PayloadSchema.parse(JSON.parse(await readFile(join(folder, file), 'utf8')))] as const)
  return new Map(await Promise.all(read))
}

/** What is declared beside what was written down when it was last released. */
export const compareContracts = (declared: readonly Declaration[], written: ReadonlyMap<string, PayloadSchema>): Compared => {
  const faults: string[] = []
  const stale = new Map<string, PayloadSchema>()
  for (const declaration of declared) {
    const file = fileOf(declaration.name, versionOf(declaration))
    const [now, before] = [payloadSchema(declaration.schema), written.get(file)]
    if (!isDeepStrictEqual(now, before)) stale.set(file, now)
    if (before !== undefined) faults.push(...changes(declaration, before, now))
    faults.push(...olderVersions(declaration, written))
  }
  const known = new Set(declared.map(({ name }) => name))
  for (const file of written.keys())
    if (!known.has(file.replace(/\.v\d+\.json$/, '')))
      faults.push(`${file} belongs to nothing that is declared: delete it when no such payload can be left.`)
  return { faults, stale }
}

const changes = ({ kind, name }: Declaration, before: PayloadSchema, now: PayloadSchema): readonly string[] => {
  const [one, way] = kind === 'topic' ? ['event', 'Raise `version` and read older events in `upgrade`'] : ['job', 'Declare another queue']
  return [
    ...notTaken(now, before).map((why) => `${name}: an old ${one} cannot be read any more: ${why}. ${way}, or make the change optional.`),
    ...notTaken(before, now).map((why) => `${name}: an old reader cannot take a new ${one}: ${why}. ${way}, or take the change back.`),
  ]
}

const olderVersions = (declaration: Declaration, written: ReadonlyMap<string, PayloadSchema>): readonly string[] => {
  if (declaration.kind !== 'topic' || declaration.upgrade !== undefined) return []
  return Array.from({ length: declaration.version - 1 }, (_, at) => at + 1)
    .filter((version) => written.has(fileOf(declaration.name, version)))
    .map(
      (version) =>
        `${declaration.name}: an old event of version ${version} cannot be read: there is no \`upgrade\`. Delete its contract when none can be left in the log.`,
    )
}

export const writeContracts = async (stale: Compared['stale'], folder = schemasFolder): Promise<void> => {
  for (const [file, schema] of stale) await writeFile(join(folder, file), `${JSON.stringify(schema, null, 2)}\n`)
}
