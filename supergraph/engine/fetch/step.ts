import { stringifyExact } from '#platform/text/exact-json.ts'
import type { AskSubgraph, SubgraphAnswer, SubgraphRequest } from '../ask.ts'
import { uncacheable } from '../caching.ts'
import type { EntityPath, FetchNode, PlanNode } from '../plan/planner.ts'
import { tooLarge } from '../project/output.ts'
import type { EntityKeys } from '../schema/entity-keys.ts'
import { isTree, type Tree } from '../tree.ts'
import { compileAnswerNull } from './answered-null.ts'
import { collect, type IsOneOf } from './collect.ts'
import { byContext } from './context.ts'
import { type EntityCache, splitKnown } from './entity-cache.ts'
import { subgraphErrors, unavailable } from './errors.ts'
import { createMerger, type IsObjectType, type MergeAll, mergeInto, mergeIntoAll } from './merge.ts'
import { compileRepresent, type Represent } from './represent.ts'
import { applyRewrites } from './rewrite.ts'
import type { Gathered, Run } from './run.ts'

export type Step<C> = (run: Run<C>) => Promise<void> | undefined

export type StepDeps<C> = {
  readonly ask: (subgraph: string) => AskSubgraph<C>
  readonly keysOf: EntityKeys
  readonly isOneOf: IsOneOf
  readonly isObjectType: IsObjectType
  /** Absent when entities are asked for each time. */
  readonly entityCache?: EntityCache<C> | undefined
  /** Whether a response key means the same field wherever it stands, so that entities of several paths can share values. */
  readonly canShare: boolean
  /** Objects that one operation may fetch. */
  readonly rowsMax: number
}

/** Turns a plan into a function that carries it out. */
export const compilePlan = <C>(node: PlanNode, deps: StepDeps<C>): Step<C> => {
  if (node.kind === 'Fetch') return compileFetch(node, deps)
  if (node.kind === 'Condition') {
    const yes = node.yes === null ? nothing : compilePlan(node.yes, deps)
    const no = node.no === null ? nothing : compilePlan(node.no, deps)
    return (run) => (run.variables[node.variable] === true ? yes(run) : no(run))
  }
  const steps = node.nodes.map((inner) => compilePlan(inner, deps))
  if (node.kind === 'Parallel') return (run) => Promise.all(steps.map((step) => step(run))).then(() => undefined)
  return async (run) => {
    for (const step of steps) await step(run)
  }
}

const nothing = (): undefined => undefined

/** Makes the request of a fetch, with everything in it that is the same each time made once. */
export const requestOf = (node: FetchNode) => {
  const { subgraph, operationKind: kind, operation: query } = node
  const head = `{"query":${JSON.stringify(query)}`
  return <C>(run: Run<C>, gathered: readonly Gathered[] | undefined): SubgraphRequest => {
    const variables = variablesText(node, run, gathered)
    return { subgraph, kind, query, variables, body: variables === '{}' ? `${head}}` : `${head},"variables":${variables}}` }
  }
}

const compileFetch = <C>(node: FetchNode, deps: StepDeps<C>): Step<C> => {
  const { subgraph } = node
  const ask = deps.ask(subgraph)
  const request = requestOf(node)
  const entities = node.entities?.map((entity) => ({
    entity,
    represent: compileRepresent(entity, { ...deps, subgraph }),
    merge: createMerger(deps.isObjectType),
    answerNull: compileAnswerNull(node, entity, deps.isOneOf),
  }))
  const gather = (run: Run<C>): readonly Gathered[] | undefined => entities?.map((each) => gatherEntities(each, run, deps))
  const send = async (run: Run<C>, found: readonly Gathered[] | undefined): Promise<void> => {
    if (found !== undefined) countRows(run, found, deps.rowsMax)
    const remembered = found && deps.entityCache && node.operationKind === 'query' ? remember(found, { run, node, deps }) : undefined
    const gathered = remembered?.missing ?? found
    if (gathered?.every(({ groups }) => groups.length === 0) || (node.at !== undefined && rootsAt(node.at, run, deps).length === 0)) return
    const where = { node, root: run.root, asked: gathered ?? [], isOneOf: deps.isOneOf }
    const sentAt = run.fetches === undefined ? 0 : Date.now()
    try {
      const answer = await ask(request(run, gathered), run.context)
      run.fetches?.push({ node, sentAt, receivedAt: Date.now(), ftv1: answer.extensions?.ftv1 as string | undefined })
      const errors = subgraphErrors(answer.errors, where)
      run.errors.push(...errors)
      run.caching.push(answer.caching ?? uncacheable)
      if (errors.length === 0 && (answer.caching?.maxAgeSeconds ?? 0) > 0) remembered?.keep(answer)
      take(answer, gathered, { run, node, deps })
    } catch (error) {
      run.errors.push(...unavailable(error, where))
      for (const { groups, answerNull } of gathered ?? []) for (const group of groups) answerNull(group)
    }
  }
  const [contextual] = entities?.filter(({ entity }) => entity.contexts !== undefined) ?? []
  if (contextual === undefined) return (run) => send(run, gather(run))
  return async (run) => {
    const groups = byContext(run.root, contextual.entity, deps.isOneOf)
    const sent = groups.map((group) =>
      send({ ...run, variables: { ...run.variables, ...group.variables } }, [represented(contextual, [group.entities])]),
    )
    await Promise.all(sent)
  }
}

/** The objects deeper down that have the root's type. */
const rootsAt = <C>(path: EntityPath, run: Run<C>, { isOneOf }: StepDeps<C>): readonly Tree[] =>
  collect(run.root, path, { isOneOf, hasShared: run.shared.size > 0 })

/** Whom to ask for, each only once, and how they are represented. */
const gatherEntities = <C>(asking: Asking, run: Run<C>, { isOneOf }: StepDeps<C>): Gathered => {
  const hasShared = run.shared.size > 0
  return represented(
    asking,
    asking.entity.paths.map((path) => collect(run.root, path, { isOneOf, hasShared })),
  )
}

type Asking = Pick<Gathered, 'entity' | 'merge' | 'answerNull'> & { readonly represent: Represent }
/** Throws ANSWER_TOO_LARGE. */
const countRows = <C>(run: Run<C>, gathered: readonly Gathered[], rowsMax: number): void => {
  for (const { groups } of gathered) for (const group of groups) run.size.rows += group.length
  if (run.size.rows > rowsMax) throw tooLarge('objects', rowsMax)
}

const represented = ({ entity, represent, merge, answerNull }: Asking, found: readonly (readonly Tree[])[]): Gathered => {
  const groups = represent(found, (entity) => answerNull([entity]))
  return { entity, merge, answerNull, groups: groups.map(({ targets }) => targets), texts: groups.map(({ text }) => text) }
}

const variablesText = <C>(node: FetchNode, run: Run<C>, gathered: readonly Gathered[] | undefined): string => {
  let text = givenVariables(node, run)
  for (const { entity, texts } of gathered ?? []) text += `${text === '' ? '' : ','}"${entity.variable}":[${texts.join(',')}]`
  return `{${text}}`
}

const givenVariables = <C>({ variables }: FetchNode, run: Run<C>): string => {
  let text = ''
  for (const name of variables) {
    const value = run.variables[name]
    if (value !== undefined) text += `${text === '' ? '' : ','}"${name}":${stringifyExact(value)}`
  }
  return text
}

/** Fills in the entities that are known, and gives those that are not, with a way to keep what is answered of them. */
const remember = <C>(gathered: readonly Gathered[], { run, node, deps }: Taking<C>) => {
  const cache = deps.entityCache
  if (cache === undefined) return undefined
  const variables = givenVariables(node, run)
  const parts = gathered.map((each) => {
    const keys = cache.keys({ node, alias: each.entity.alias, variables }, run.context)
    const { missing, known, nothing } = splitKnown(each, keys, { cache, run })
    for (const group of nothing) each.answerNull(group)
    for (const { group, value } of known) {
      applyRewrites([value], each.entity.rewrites, deps.isOneOf)
      spread(value, group, { run, deps, merge: each.merge })
    }
    return { keys, missing }
  })
  const keep = ({ data, caching }: SubgraphAnswer): void => {
    for (const { keys, missing } of parts) {
      const answers = data?.[missing.entity.alias]
      if (!Array.isArray(answers) || caching === undefined) continue
      for (const [index, text] of missing.texts.entries()) cache.keep(keys, text, { value: answers[index] ?? null, caching })
    }
  }
  return { missing: parts.map(({ missing }) => missing), keep }
}

type Taking<C> = { readonly run: Run<C>; readonly node: FetchNode; readonly deps: StepDeps<C> }

const take = <C>({ data }: SubgraphAnswer, gathered: readonly Gathered[] | undefined, { run, node, deps }: Taking<C>): void => {
  if (data === null || data === undefined) return
  if (gathered === undefined) {
    applyRewrites(data, node.rewrites, deps.isOneOf)
    if (node.at === undefined) mergeInto(run.root, data as Tree, deps.isObjectType)
    else
      spread(data as Tree, rootsAt(node.at, run, deps), { run, deps, merge: (all, source) => mergeIntoAll(all, source, deps.isObjectType) })
    return
  }
  for (const { entity, groups, merge, answerNull } of gathered) {
    const answers = data[entity.alias]
    // NOTE: of a list that is too short or too long nobody can say which entity an answer is about.
    if (!Array.isArray(answers) || answers.length !== groups.length) continue
    applyRewrites(answers, entity.rewrites, deps.isOneOf)
    for (const [index, group] of groups.entries()) {
      const answer: unknown = answers[index]
      if (isTree(answer)) spread(answer, group, { run, deps, merge })
      else if (answer === null) answerNull(group)
    }
  }
}

type Spreading<C> = Omit<Taking<C>, 'node'> & { readonly merge: MergeAll }

/** One answer for every object that stands for the same entity. */
const spread = <C>(answer: Tree, group: readonly Tree[], { run, deps, merge }: Spreading<C>): void => {
  const [first] = group
  if (group.length === 1 && first !== undefined) mergeInto(first, answer, deps.isObjectType)
  else if (deps.canShare) {
    for (const value of Object.values(answer)) if (typeof value === 'object' && value !== null) run.shared.add(value)
    merge(group, answer)
  } else for (const [index, target] of group.entries()) mergeInto(target, index > 0 ? structuredClone(answer) : answer, deps.isObjectType)
}
