/** Calls back when what runs now, and all that it lets run at once, has come to its end, before the event loop goes on. */
export const atEndOfTick = (call: () => void): void => queueMicrotask(() => process.nextTick(call))
