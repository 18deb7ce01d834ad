import { readFileSync } from 'node:fs'
import { readDefinition, readTaskDefinitions } from '#platform/workflow/definition.ts'

const read = (name: string): unknown => JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8'))

/** How a film becomes a stream, in the JSON of Conductor. */
export const filmWorkflow = readDefinition(read('./film.json'))
/** How often each task of it is tried, and how long it may take. */
export const filmTaskDefinitions = readTaskDefinitions(read('./tasks.json'))
