import { join } from 'node:path'
import { CinegraphError } from '#platform/errors/errors.ts'
import { writeTemplates } from './templates.ts'

const home = join(import.meta.dirname, '..', '..', 'platform', 'contracts', 'topics')

/** Writes the declaration of a topic, which is all that a topic needs. Gives the file it wrote. */
export const newTopic = async (topic: string, folder = home): Promise<readonly string[]> => {
  const [owner = '', what = ''] = topic.split('.')
  if (!/^[a-z][a-zA-Z0-9]*[.][a-z][a-zA-Z0-9]*$/.test(topic))
    throw new CinegraphError('INPUT_INVALID', { name: 'The name of a topic', why: 'is <owner>.<what>: npm run new:topic -- ratings.given' })
  const capitalised = `${owner[0]?.toUpperCase()}${owner.slice(1)}${what[0]?.toUpperCase()}${what.slice(1)}`
  const words = { __topic__: topic, __name__: `${capitalised[0]?.toLowerCase()}${capitalised.slice(1)}`, __Name__: capitalised }
  return writeTemplates('topic', folder, { words, rename: () => `${topic}.ts` })
}
