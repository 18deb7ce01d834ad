import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { type DefinitionNode, parse, type StringValueNode } from 'graphql'

const home = join(import.meta.dirname, '..')
const schemas = globSync(['bffs/*/schema.graphql', 'subgraphs/*/schema.graphql'], { cwd: home }).toSorted()

type Described = { readonly name: { readonly value: string }; readonly description?: StringValueNode | undefined }
type Member = Described & { readonly arguments?: readonly Described[] | undefined }

const membersOf = (definition: DefinitionNode): readonly Member[] =>
  'fields' in definition ? (definition.fields ?? []) : 'values' in definition ? (definition.values ?? []) : []

/** Coordinates of what a schema does not describe; a type that it only extends is described elsewhere. */
const undescribed = (sdl: string): readonly string[] =>
  parse(sdl).definitions.flatMap((definition) => {
    if (!('name' in definition) || definition.name === undefined) return []
    const type = definition.name.value
    const isExtension = definition.kind.endsWith('Extension')
    const isLacking = !isExtension && !('description' in definition && definition.description !== undefined)
    const members = membersOf(definition).flatMap((member) => [
      ...(member.description === undefined ? [`${type}.${member.name.value}`] : []),
      ...(member.arguments ?? []).flatMap(({ name, description }) =>
        description === undefined ? [`${type}.${member.name.value}(${name.value}:)`] : [],
      ),
    ])
    return [...(isLacking ? [type] : []), ...members]
  })

test('each type, field, argument and enum value of each schema is described', () => {
  assert.ok(schemas.length >= 8)
  const wrong = schemas.flatMap((path) => undescribed(readFileSync(join(home, path), 'utf8')).map((each) => `${path}: ${each}`))
  assert.equal(wrong.length, 0, `\n${wrong.join('\n')}\n`)
})

test('what is not described is named, whatever kind it is', () => {
  const sdl = `
    type T { f(a: Int): Int "Said." g("Said." b: Int): Int }
    "Said." enum E { A "Said." B }
    input I { x: Int }
    scalar S
    union U = T
    extend type V { y: Int }`
  assert.deepEqual(undescribed(sdl), ['T', 'T.f', 'T.f(a:)', 'E.A', 'I', 'I.x', 'S', 'U', 'V.y'])
})
