import { readdirSync } from 'node:fs'
import type { JobQueue } from './job-queue.ts'
import type { Topic } from './topic.ts'

type Declaration = Topic | JobQueue

const isDeclaration = (value: unknown): value is Declaration =>
  typeof value === 'object' && value !== null && 'kind' in value && (value.kind === 'topic' || value.kind === 'jobs')

/** What the files of a folder declare, by name. A file declares one thing and has its name. */
const declarationsIn = async (folder: string): Promise<ReadonlyMap<string, Declaration>> => {
  const url = new URL(`./${folder}/`, import.meta.url)
  const files = readdirSync(url).filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
  const found = files.map(async (file) => {
    const exports: Readonly<Record<string, unknown>> = await import(new URL(file, url).href)
    const [declared, ...more] = Object.values(exports).filter(isDeclaration)
    if (declared === undefined || more.length > 0 || `${declared.name}.ts` !== file)
      throw new TypeError(`platform/contracts/${folder}/${file} must declare exactly one thing, with the name of the file`)
    return [declared.name, declared] as const
  })
  return new Map(await Promise.all(found))
}

/** Every topic and every queue of jobs by its name: the files of `topics/` and of `jobs/` are the registry. */
export const declarations: ReadonlyMap<string, Declaration> = new Map([
  ...(await declarationsIn('topics')),
  ...(await declarationsIn('jobs')),
])
