const rememberedMs = 250
const timeoutMs = 2_000

/**
 * Whether a process can take traffic. Askers of the same moment share one look, or whoever asks would choose how often the
 * store is written and the neighbours are called. A look that fails, or takes longer than 2 s, is a no.
 */
export const createReadiness = (look: () => Promise<boolean>): (() => Promise<boolean>) => {
  let latest: { readonly at: number; readonly answer: Promise<boolean> } | undefined
  return () => {
    if (latest === undefined || performance.now() - latest.at > rememberedMs) latest = { at: performance.now(), answer: within(look) }
    return latest.answer
  }
}

const within = async (look: () => Promise<boolean>): Promise<boolean> => {
  const late = Promise.withResolvers<boolean>()
  const timer = setTimeout(() => late.resolve(false), timeoutMs)
  try {
    return await Promise.race([look(), late.promise])
  } catch {
    return false
  } finally {
    clearTimeout(timer)
  }
}
