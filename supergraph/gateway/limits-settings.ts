import { z } from 'zod'
import { defaultLimits, type QueryLimits } from '#platform/graphql/limits/limits.ts'

export const gatewayLimits: QueryLimits = { ...defaultLimits, costMax: 1_000_000 }
const upTo = (max: number) => z.int().min(1).default(max)
/** What one operation may be and cost, whichever way it comes in. */
export const Limits = z.strictObject({
  tokensMax: upTo(gatewayLimits.tokensMax),
  depthMax: upTo(gatewayLimits.depthMax),
  aliasesMax: upTo(gatewayLimits.aliasesMax),
  rootFieldsMax: upTo(gatewayLimits.rootFieldsMax),
  directivesMax: upTo(gatewayLimits.directivesMax),
  selectionsMax: upTo(gatewayLimits.selectionsMax),
  costMax: upTo(gatewayLimits.costMax),
  listSize: upTo(gatewayLimits.listSize),
  answerBytesMax: upTo(gatewayLimits.answerBytesMax),
  answerRowsMax: upTo(gatewayLimits.answerRowsMax),
})
