/** An object of an answer that is still being put together. The one thing in the engine that changes in place. */
export type Tree = Record<string, unknown>

export const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value)
