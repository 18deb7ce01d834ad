import { type ConstDirectiveNode, Kind, valueFromASTUntyped } from 'graphql'
import type { ListSize } from '#platform/graphql/limits/list-size.ts'
import type { SupergraphDocument } from './supergraph-document.ts'

/** `@cost` by type, field and argument coordinate, and `@listSize` by field coordinate. */
export type CostRules = { readonly weight: ReadonlyMap<string, number>; readonly listSize: ReadonlyMap<string, ListSize> }

/** Reads https://specs.apollo.dev/cost of the supergraph. */
export const costRules = ({ document, nameOf }: SupergraphDocument): CostRules => {
  const weight = new Map<string, number>()
  const listSize = new Map<string, ListSize>()
  const names = { cost: nameOf('cost'), listSize: nameOf('listSize') }
  const note = (coordinate: string, directives: readonly ConstDirectiveNode[] = []): void => {
    for (const directive of directives) {
      const given = Object.fromEntries((directive.arguments ?? []).map(({ name, value }) => [name.value, valueFromASTUntyped(value)]))
      if (directive.name.value === names.cost) weight.set(coordinate, Number(given.weight))
      if (directive.name.value === names.listSize)
        listSize.set(coordinate, {
          assumed: given.assumedSize as number | undefined,
          slicing: (given.slicingArguments ?? []) as readonly string[],
          sizedFields: (given.sizedFields ?? []) as readonly string[],
        })
    }
  }
  for (const node of document.definitions) {
    if (node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.INTERFACE_TYPE_DEFINITION) {
      note(node.name.value, node.directives)
      for (const field of node.fields ?? []) {
        note(`${node.name.value}.${field.name.value}`, field.directives)
        for (const argument of field.arguments ?? [])
          note(`${node.name.value}.${field.name.value}(${argument.name.value}:)`, argument.directives)
      }
    } else if (node.kind === Kind.SCALAR_TYPE_DEFINITION || node.kind === Kind.ENUM_TYPE_DEFINITION) note(node.name.value, node.directives)
  }
  return { weight, listSize }
}
