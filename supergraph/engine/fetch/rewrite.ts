import type { OutputRewrite, OutputStep } from '../plan/planner.ts'
import { isTree, type Tree } from '../tree.ts'
import type { IsOneOf } from './collect.ts'

/** Gives fields that were answered under the planner's names the names that the client asked for. */
export const applyRewrites = (data: unknown, rewrites: readonly OutputRewrite[], isOneOf: IsOneOf): void => {
  for (const { path, to } of rewrites) rename(data, path, { to, isOneOf })
}

type Renaming = { readonly to: string; readonly isOneOf: IsOneOf }
const rename = (value: unknown, path: readonly OutputStep[], renaming: Renaming): void => {
  if (Array.isArray(value)) {
    for (const item of value) rename(item, path, renaming)
    return
  }
  const [step, ...rest] = path
  if (!isTree(value) || step === undefined) return
  if (step.step === 'types') {
    // NOTE: a plan asks for no `__typename` where it follows from what was asked, as it does for entities.
    if (value.__typename === undefined || renaming.isOneOf(value.__typename, step.types)) rename(value, rest, renaming)
  } else if (rest.length > 0) rename(value[step.key], rest, renaming)
  else moveKey(value, step.key, renaming.to)
}

const moveKey = (object: Tree, from: string, to: string): void => {
  if (!(from in object)) return
  object[to] = object[from]
  delete object[from]
}

/** The client's name for a response key in an error's path. */
export const renamedKey = (key: string | number, rewrites: readonly OutputRewrite[]): string | number =>
  rewrites.find(({ path }) => {
    const last = path.at(-1)
    return last?.step === 'key' && last.key === key
  })?.to ?? key
