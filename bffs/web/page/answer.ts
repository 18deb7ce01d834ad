export type Answer = {
  readonly data?: unknown
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[]
}

/** What a member reads when no BFF answered. */
export const unreachable: Answer = { errors: [{ message: 'Cinegraph cannot be reached. Check the connection and try again.' }] }
const failed: Answer = { errors: [{ message: 'Something went wrong on our side. Try again in a moment.' }] }

const isAnswer = (sent: unknown): sent is Answer => typeof sent === 'object' && sent !== null && ('data' in sent || 'errors' in sent)

/** The GraphQL answer that a response holds. A page of a proxy, or anything else that is none, becomes a sentence for the member. */
export const answerIn = (text: string): Answer => {
  try {
    const sent: unknown = JSON.parse(text)
    return isAnswer(sent) ? sent : failed
  } catch {
    return failed
  }
}
