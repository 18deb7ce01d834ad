const timeoutMs = 1_500

/** Whether the process at a base URL is alive, by its own account. */
export const answers = async (baseUrl: string): Promise<boolean> => {
  try {
    const { ok, body } = await fetch(new URL('/health/live', baseUrl), { signal: AbortSignal.timeout(timeoutMs) })
    await body?.cancel()
    return ok
  } catch {
    return false
  }
}
