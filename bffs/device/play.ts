import { dataOrThrow, operation } from '#platform/graphql/operation.ts'
import { signedIn } from './context.ts'
import type { PlayMutation, PlayMutationVariables, ResumePointOfQuery, ResumePointOfQueryVariables } from './operations.generated.ts'
import { resumeAtMs } from './progress.ts'
import type { MutationResolvers } from './schema.generated.ts'

const playOperation = operation<PlayMutation, PlayMutationVariables>('./operations/play.graphql', import.meta.url)
const resumePoint = operation<ResumePointOfQuery, ResumePointOfQueryVariables>('./operations/resumePoint.graphql', import.meta.url)

type DeviceKind = PlayMutationVariables['device']['kind']

/** Addresses of a stream and where to begin, or a refusal. When history does not answer a title begins at its beginning. */
export const play =
  (kind: DeviceKind): MutationResolvers['play'] =>
  async (_parent, { titleId, stop = null }, context) => {
    const { ask, deviceId } = signedIn(context)
    const [answer, resume] = await Promise.all([
      ask(playOperation, { titleId, device: { id: deviceId, kind }, stop }),
      ask(resumePoint, { ids: [titleId] }).catch(() => null),
    ])
    const result = dataOrThrow(answer).play
    if (result.__typename === 'PlayRefusal') return result
    return { ...result, startAtMs: resumeAtMs(resume?.data?.titles[0]?.resumePoint) }
  }
