import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql'
import type { Choices } from './choices.ts'

export type Operation = { readonly text: string; readonly variables: Readonly<Record<string, unknown>> }

const depthMax = 5
const numberNames = ['n', 'representations', '__batch_reps_0', 'client_representations', 'representations_0']

/** A random operation over a schema. It can be invalid: fields of one name can differ in arguments. */
/** @param percent how many fragments are deferred */
export const makeOperation = (choices: Choices, schema: GraphQLSchema, percent = 0): Operation => {
  const variables = { a: choices.chance(50), b: choices.chance(50), n: choices.below(5) }
  const fragments: string[] = []
  const writer = new Writer(choices, { schema, fragments, percent })
  const query = schema.getQueryType()
  if (!query) throw new TypeError('No query type')
  const body = writer.selection(query, 0)
  const used = (['a', 'b', 'n'] as const).filter((name) => [body, ...fragments].some((text) => text.includes(`$${name}`)))
  // NOTE: some operations name their variable as planners name theirs.
  const named = numberNames[variables.n] ?? 'n'
  const nameOf = (name: string): string => (name === 'n' ? named : name)
  const head =
    used.length === 0 ? 'query Q' : `query Q(${used.map((name) => `$${nameOf(name)}: ${name === 'n' ? 'Int!' : 'Boolean!'}`).join(', ')})`
  return {
    text: [head, [body, ...fragments].join('\n').replaceAll('$n', `$${named}`)].join(' '),
    variables: Object.fromEntries(used.map((name) => [nameOf(name), variables[name]])),
  }
}

class Writer {
  readonly #choices: Choices
  readonly #schema: GraphQLSchema
  readonly #fragments: string[]
  readonly #percent: number
  constructor(
    choices: Choices,
    { schema, fragments, percent }: { readonly schema: GraphQLSchema; readonly fragments: string[]; readonly percent: number },
  ) {
    this.#percent = percent
    this.#choices = choices
    this.#schema = schema
    this.#fragments = fragments
  }

  selection(type: GraphQLNamedType, depth: number): string {
    const parts = Array.from({ length: 1 + this.#choices.below(depth === 0 ? 4 : 3) }, () => this.#part(type, depth))
    return `{ ${parts.join(' ')} }`
  }

  #part(type: GraphQLNamedType, depth: number): string {
    const narrower = isAbstractType(type) ? this.#schema.getPossibleTypes(type) : []
    if (narrower.length > 0 && depth < depthMax && (!('getFields' in type) || this.#choices.chance(60))) {
      const on = this.#choices.one([...narrower, ...this.#schema.getPossibleTypes(type as never).flatMap((each) => each.getInterfaces())])
      return `... on ${on.name}${this.#condition()}${this.#defer()} ${this.selection(on, depth + 1)}`
    }
    if (isObjectType(type) && depth > 0 && depth < depthMax && this.#choices.chance(12)) return this.#spread(type, depth)
    const fields = 'getFields' in type ? Object.values(type.getFields()) : []
    const usable = depth >= depthMax ? fields.filter((field) => !isCompositeType(getNamedType(field.type))) : fields
    if (usable.length === 0 || this.#choices.chance(8)) return this.#choices.chance(30) ? 'kind: __typename' : '__typename'
    return this.#field(this.#choices.one(usable), depth)
  }

  #field(field: GraphQLField<unknown, unknown>, depth: number): string {
    const alias = this.#choices.chance(15) ? `${this.#choices.one(['x', 'y', field.name])}: ` : ''
    const args = field.args.flatMap((argument) => this.#argument(argument))
    const given = args.length > 0 ? `(${args.join(', ')})` : ''
    const type = getNamedType(field.type)
    const below = isCompositeType(type) ? ` ${this.selection(type, depth + 1)}` : ''
    return `${alias}${field.name}${given}${this.#condition()}${below}`
  }

  #argument({ name, type, defaultValue }: GraphQLArgument): readonly string[] {
    const isNeeded = isNonNullType(type) && defaultValue === undefined
    return isNeeded || this.#choices.chance(70) ? [`${name}: ${this.#input(type, 0)}`] : []
  }

  /** A literal, or the variable that its type has. */
  #input(type: GraphQLInputType, depth: number): string {
    if (isNonNullType(type)) return this.#present(type.ofType, depth)
    const isNull = this.#choices.chance(25)
    return isNull ? 'null' : this.#present(type, depth)
  }

  #present(type: GraphQLInputType, depth: number): string {
    if (isListType(type)) return `[${this.#choices.chance(80) ? this.#input(type.ofType, depth) : ''}]`
    if (isInputObjectType(type)) {
      const fields = Object.values(type.getFields()).flatMap((field) =>
        depth < 3 || isNonNullType(field.type) ? this.#argument(field) : [],
      )
      return `{ ${fields.join(', ')} }`
    }
    if (isEnumType(type)) return this.#choices.one(type.getValues().map(({ name }) => name))
    const { name } = getNamedType(type)
    if (name === 'Int') return this.#choices.one(['1', '2', '$n'])
    if (name === 'Boolean') return this.#choices.one(['true', 'false', '$a'])
    return name === 'Float' ? this.#choices.one(['1.5', '3']) : this.#choices.one(['"one"', '"two"'])
  }

  #spread(type: GraphQLNamedType, depth: number): string {
    const name = `F${this.#fragments.length}`
    const at = this.#fragments.push('') - 1
    this.#fragments[at] = `fragment ${name} on ${type.name} ${this.selection(type, depth + 1)}`
    return `...${name}${this.#condition()}${this.#defer()}`
  }

  #defer(): string {
    return this.#percent > 0 && this.#choices.chance(this.#percent) ? ' @defer' : ''
  }

  #condition(): string {
    if (!this.#choices.chance(8)) return ''
    return ` @${this.#choices.one(['skip', 'include'])}(if: ${this.#choices.one(['$a', '$b', 'true', 'false'])})`
  }
}
