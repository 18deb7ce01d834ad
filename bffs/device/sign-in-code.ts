import encodeQR from 'qr'
import { dataOrThrow, operation } from '#platform/graphql/operation.ts'
import { signedIn } from './context.ts'
import type {
  AnswerSignInCodeMutation,
  AnswerSignInCodeMutationVariables,
  SignInWithCodeMutation,
  SignInWithCodeMutationVariables,
  StartSignInCodeMutation,
  StartSignInCodeMutationVariables,
} from './operations.generated.ts'
import { presentRefusal } from './present-account.ts'
import type { MutationResolvers } from './schema.generated.ts'
import { presentSession } from './session.ts'

const here = import.meta.url
const start = operation<StartSignInCodeMutation, StartSignInCodeMutationVariables>('./operations/startSignInCode.graphql', here)
const redeem = operation<SignInWithCodeMutation, SignInWithCodeMutationVariables>('./operations/signInWithCode.graphql', here)
const answer = operation<AnswerSignInCodeMutation, AnswerSignInCodeMutationVariables>('./operations/answerSignInCode.graphql', here)

type CodeMutation = 'startSignInCode' | 'signInWithCode' | 'answerSignInCode'

/** Signing in on a screen without a keyboard (RFC 8628), the same on every device. */
export const codeMutations = (device: SignInWithCodeMutationVariables['device']): Pick<MutationResolvers, CodeMutation> => ({
  startSignInCode: async (_parent, _args, { ask, pageUrl }) => {
    const { startSignInCode: code } = dataOrThrow(await ask(start, {}))
    const verificationUri = `${pageUrl()}/#/tv`
    const verificationUriComplete = `${verificationUri}/${code.userCode}`
    return { ...code, verificationUri, verificationUriComplete, qrSvg: encodeQR(verificationUriComplete, 'svg') }
  },
  signInWithCode: async (_parent, { deviceCode }, { ask }) =>
    presentSession(dataOrThrow(await ask(redeem, { deviceCode, device })).signInWithCode),
  answerSignInCode: async (_parent, variables, context) => {
    const result = dataOrThrow(await signedIn(context).ask(answer, { ...variables })).answerSignInCode
    return result.__typename === 'EndedSessions' ? result : presentRefusal(result)
  },
})
