import { type DocumentNode, type GraphQLError, Kind, visit } from 'graphql'
import { isStorable } from '#platform/contracts/fields.ts'
import { refusal } from '#platform/graphql/limits/limits.ts'

const nestingMax = 50

/** What is wrong with the texts and the nesting of a value that came as JSON; undefined when nothing is. */
export const faultOfValue = (name: string, value: unknown): GraphQLError | undefined => {
  let level: readonly unknown[] = [value]
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > nestingMax) return refusal('INPUT_INVALID', { name: `\`${name}\``, why: `is nested more than ${nestingMax} levels deep` })
    const next: unknown[] = []
    for (const each of level) {
      if (typeof each === 'string' && !isStorable(each)) return unplain(name)
      if (typeof each !== 'object' || each === null) continue
      if (!Array.isArray(each) && !Object.keys(each).every(isStorable)) return unplain(name)
      for (const item of Array.isArray(each) ? each : Object.values(each)) next.push(item)
    }
    level = next
  }
  return undefined
}

/** The same of the texts that stand in a document. */
export const faultOfDocument = (document: DocumentNode): GraphQLError | undefined => {
  let isFaulty = false
  visit(document, {
    [Kind.STRING]: ({ value }) => {
      isFaulty ||= !isStorable(value)
    },
  })
  return isFaulty ? unplain('query') : undefined
}

const unplain = (name: string): GraphQLError =>
  refusal('INPUT_INVALID', { name: `\`${name}\``, why: 'has a NUL character or half of a surrogate pair in a text' })
