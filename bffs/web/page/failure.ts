/** What a member reads of something that failed. */
export const failureText = (failure: unknown): string => (failure instanceof Error ? failure.message : String(failure))
