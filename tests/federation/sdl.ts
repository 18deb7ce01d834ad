import { type Entity, type Field, innermost, isLeaf, type Model, typeText } from './model.ts'
import { targetsOf } from './values.ts'

const federation =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key", "@external", "@requires", "@provides", "@shareable", "@override", "@interfaceObject"])'
const color = 'enum Color { RED GREEN BLUE }'
const argument = (field: Field): string => (field.hasArgument ? '(x: Int)' : '')
const line = (field: Field, directives = ''): string => `  ${field.name}${argument(field)}: ${typeText(field.type)}${directives}`

const requiresText = (field: Field): string =>
  (field.requires ?? [])
    .map(({ name, x, nested }) => `${name}${x === undefined ? '' : `(x: ${x})`}${nested === undefined ? '' : ` { ${nested.join(' ')} }`}`)
    .join(' ')

/** The schema of the whole graph, as one service without federation would have it. */
export const wholeSdl = (model: Model): string => {
  const thing = model.things
  const entities = model.entities.map(({ name, fields, keys }) => {
    const code = [...keys.values()].flat().some((key) => key.includes('code')) ? '  code: ID!\n' : ''
    const faces = [...(model.faces.includes(name) ? ['Face'] : []), ...(thing?.members.includes(name) ? ['Thing'] : [])]
    const added = thing?.members.includes(name) ? thing.fields : []
    const head = faces.length === 0 ? name : `${name} implements ${faces.join(' & ')}`
    return `type ${head} {\n  id: ID!\n${code}${[...fields, ...added].map((field) => line(field)).join('\n')}\n}`
  })
  return [
    color,
    `type V {\n${model.valueFields.map((field) => line(field)).join('\n')}\n}`,
    'interface Face { id: ID! }',
    `union Any = ${model.faces.join(' | ')}`,
    ...(thing === null ? [] : [`interface Thing {\n  id: ID!\n${thing.fields.map((field) => line(field)).join('\n')}\n}`]),
    ...entities,
    `type Query {\n${model.queries.map((field) => line(field)).join('\n')}\n}`,
  ].join('\n')
}

/** The part of one subgraph, in the language of Federation 2. */
export const subgraphSdl = (model: Model, subgraph: string): string => {
  const isHome = subgraph === 's0'
  const queries = model.queries.filter(({ owners }) => owners.includes(subgraph))
  const entities = model.entities.map((entity) => entitySdl(model, entity, subgraph)).filter((text) => text !== '')
  return [
    federation,
    color,
    `type V @shareable {\n${model.valueFields.map((field) => line(field)).join('\n')}\n}`,
    ...(isHome ? ['interface Face { id: ID! }', `union Any = ${model.faces.join(' | ')}`] : []),
    thingSdl(model, subgraph),
    ...entities,
    `type Query {\n${queries.map((field) => line(field, providesText(field))).join('\n')}\n}`,
  ].join('\n')
}

const providesText = ({ provides }: Field): string => (provides === undefined ? '' : ` @provides(fields: "${provides}")`)

const thingSdl = ({ things }: Model, subgraph: string): string => {
  if (things === null) return ''
  if (subgraph === 's0') return 'interface Thing @key(fields: "id") { id: ID! }'
  if (subgraph !== things.objectIn) return ''
  return `type Thing @key(fields: "id") @interfaceObject {\n  id: ID!\n${things.fields.map((field) => line(field)).join('\n')}\n}`
}

/** Entities a subgraph hands out without owning any of their fields stand there as stubs. */
const isLinked = (model: Model, { name }: Entity, subgraph: string): boolean => {
  const fields = [...model.queries, ...model.entities.flatMap(({ fields: own }) => own)].filter(({ owners, overridden }) =>
    [...owners, overridden].includes(subgraph),
  )
  if (subgraph === 's0' && (model.faces.includes(name) || model.things?.members.includes(name) === true)) return true
  return fields.some(({ type }) => !isLeaf(innermost(type)) && innermost(type) !== 'Thing' && targetsOf(model, type).includes(name))
}

const entitySdl = (model: Model, entity: Entity, subgraph: string): string => {
  const isHome = subgraph === 's0'
  const keys = entity.keys.get(subgraph) ?? (isLinked(model, entity, subgraph) ? ['id'] : [])
  const isFace = isHome && model.faces.includes(entity.name)
  const isThing = isHome && model.things?.members.includes(entity.name) === true
  if (keys.length === 0) return ''
  const all = isFace || isThing ? [...new Set(['id', ...keys])] : keys
  const faces = [...(isFace ? ['Face'] : []), ...(isThing ? ['Thing'] : [])]
  const head = `${entity.name}${faces.length === 0 ? '' : ` implements ${faces.join(' & ')}`}`
  const names = new Set(all.flatMap((key) => key.split(' ')))
  const lines = [...names].map((name) => `  ${name}: ID!`)
  for (const field of entity.fields) {
    const directives = directivesOf(model, { entity, field, subgraph })
    if (directives !== undefined) lines.push(line(field, directives))
  }
  return `type ${head} ${all.map((key) => `@key(fields: "${key}")`).join(' ')} {\n${lines.join('\n')}\n}`
}

type Place = { readonly entity: Entity; readonly field: Field; readonly subgraph: string }

/** Undefined when the subgraph does not have the field at all. */
const directivesOf = (model: Model, { entity, field, subgraph }: Place): string | undefined => {
  if (field.overridden === subgraph) return ''
  if (field.owners.includes(subgraph)) {
    const isShared = field.owners.length > 1 || isProvided(model, { entity, field })
    const shared = isShared ? ' @shareable' : ''
    const override = field.overridden === undefined ? '' : ` @override(from: "${field.overridden}")`
    const requires = field.requires === undefined ? '' : ` @requires(fields: "${requiresText(field)}")`
    return `${shared}${override}${requires}${providesText(field)}`
  }
  const isRequired = entity.fields.some(
    ({ owners, requires = [] }) => owners.includes(subgraph) && requires.some(({ name }) => name === field.name),
  )
  return isRequired || isProvided(model, { entity, field, subgraph }) ? ' @external' : undefined
}

const isProvided = (model: Model, { entity, field, subgraph }: Omit<Place, 'subgraph'> & { readonly subgraph?: string }): boolean =>
  [...model.queries, ...model.entities.flatMap(({ fields }) => fields)].some(
    ({ owners, provides, type }) =>
      (subgraph === undefined || owners.includes(subgraph)) && provides === field.name && innermost(type) === entity.name,
  )
