import { type ASTNode, Kind, type OperationDefinitionNode, type VariableNode, visit } from 'graphql'

type Values = Readonly<Record<string, unknown>>

/** How the variables begin that planners add to what they ask of subgraphs. */
const ofPlanners = /^(client_)*(representations|contextualArgument|__)/

/** The name of a client's variable in what subgraphs are asked: never one that a planner may use, and no two become one. */
const plannedName = (name: string): string => (ofPlanners.test(name) ? `client_${name}` : name)

/** Part of a client's operation with the names that its variables have for planners and subgraphs. */
export const withPlannedNames = <N extends ASTNode>(node: N): N =>
  visit(node, { Variable: ({ name, ...rest }): VariableNode => ({ ...rest, name: { kind: Kind.NAME, value: plannedName(name.value) } }) })

/** The values of an operation's variables by those names. */
export const byPlannedNames = ({ variableDefinitions = [] }: OperationDefinitionNode, variables: Values): Values =>
  variableDefinitions.some(({ variable }) => ofPlanners.test(variable.name.value))
    ? Object.fromEntries(Object.entries(variables).map(([name, value]) => [plannedName(name), value]))
    : variables
