import { stripSensitiveLiterals } from '@apollo/utils.stripsensitiveliterals'
import { print } from 'graphql'
import { parseDocument } from '#platform/graphql/limits/parse-document.ts'

const lengthMax = 500

/** An operation for a log: which fields are asked for, without any value that stands in it and without comments. */
export const printableOperation = (text: string): string => {
  try {
    const printed = print(stripSensitiveLiterals(parseDocument(text), { hideListAndObjectLiterals: true }))
    return printed.replace(/\s+/g, ' ').slice(0, lengthMax)
  } catch {
    return 'not GraphQL'
  }
}

/** The name of an operation for a log or a span. */
export const printableName = (name: string | undefined): string => (name !== undefined && /^[_a-z]\w{0,99}$/i.test(name) ? name : 'unnamed')

const beforeValues = /invalid value |value: |found |Unexpected |^Value /

/** A message of GraphQL's own about a request, without the values that it quotes: they can be passwords. */
export const withoutLiterals = (message: string): string => {
  const at = message.search(beforeValues)
  if (at < 0) return message
  // NOTE: names stay; a string is matched with what stands before it, so that its quotes cannot be taken for those of another.
  const tail = message
    .slice(at)
    .replace(/( at |type |[Ff]ield |argument )?("(?:[^"\\]|\\.)*"?)/g, (text, before) => (before === undefined ? '"…"' : text))
  return message.slice(0, at) + tail.replace(/(?<=[\s:[])-?\d[\d.e+-]*/gi, '…')
}
