/** An object of an answer that is still being put together. The one thing in the engine that changes in place. */
export type Tree = Record<string, unknown>

export const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value)

/** What an object has under a key. JSON has no functions: one is what every JavaScript object has by that name, `constructor` for example. */
export const valueAt = (tree: Tree, key: string): unknown => {
  const value = tree[key]
  return typeof value === 'function' ? undefined : value
}
