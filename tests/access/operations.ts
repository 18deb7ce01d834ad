import { randomUUID } from 'node:crypto'
import { type GraphQLField, type GraphQLOutputType, type GraphQLSchema, getNamedType, isObjectType, isUnionType } from 'graphql'
import { type Household, password } from './household.ts'

type Values = Readonly<Record<string, unknown>>
/** What an operation is asked with: the member's own things. One that is not here has no arguments, or these defaults do. */
export const argumentsOf: Readonly<Record<string, (member: Household) => Values>> = {
  'Query.title': () => ({ id: 't-0001' }),
  'Query.titles': () => ({ ids: ['t-0001'] }),
  'Query.search': () => ({ text: 'the' }),
  'Query.suggestions': () => ({ text: 'the' }),
  'Query.upload': ({ uploadId }) => ({ id: uploadId }),
  'Query.accountOf': ({ email }) => ({ email }),
  'Query.ratedTitles': () => ({ thumb: 'UP' }),
  'Query.genre': () => ({ name: 'Drama' }),
  'Query.season': () => ({ seriesId: 't-0098' }),
  'Query.row': () => ({ id: 'picks' }),
  'Mutation.addToMyList': () => ({ titleId: 't-0001' }),
  'Mutation.removeFromMyList': () => ({ titleId: 't-0001' }),
  'Mutation.setThumb': () => ({ titleId: 't-0001', thumb: 'UP' }),
  'Mutation.startUpload': () => ({ input: { title: 'A film', bytes: 10, sha256: 'a'.repeat(64) } }),
  'Mutation.finishUpload': ({ uploadId }) => ({ id: uploadId }),
  // NOTE: one that there is could not be finished after that.
  'Mutation.cancelUpload': () => ({ id: 'u-none' }),
  'Mutation.play': () => ({ titleId: 't-0001', device: { id: 'd', kind: 'WEB' } }),
  'Mutation.signUp': () => ({ input: { email: `${randomUUID()}@example.org`, password, profileName: 'New' } }),
  'Mutation.confirmSignUp': () => ({ signUpId: 'no such sign-up', code: 'BBBB-BBBB' }),
  'Mutation.startPasswordReset': ({ email }) => ({ email }),
  'Mutation.resetPassword': () => ({ token: 'no such link', newPassword: 'another password' }),
  'Mutation.signIn': ({ email }) => ({ email, password }),
  'Mutation.refreshSession': ({ first }) => ({ refreshToken: first.refreshToken }),
  'Mutation.signOut': ({ first }) => ({ refreshToken: first.refreshToken }),
  'Mutation.signInWithCode': () => ({ deviceCode: 'no such code' }),
  'Mutation.answerSignInCode': () => ({ userCode: 'BBBB-BBBB' }),
  'Mutation.endSession': ({ first }) => ({ id: first.sessionId }),
  'Mutation.changePassword': () => ({ password, newPassword: 'another password' }),
  'Mutation.switchProfile': ({ first }) => ({ profileId: first.profileId }),
  'Mutation.createProfile': () => ({ input: { name: 'Third' } }),
  'Mutation.updateProfile': ({ first }) => ({ id: first.profileId, input: { name: 'Renamed' } }),
  'Mutation.deleteProfile': ({ first }) => ({ id: first.profileId }),
  'Mutation.setPin': ({ first }) => ({ profileId: first.profileId, pin: '2468', password }),
  'Mutation.deleteAccount': () => ({ password }),
  'Mutation.subscribe': () => ({ planId: 'premium' }),
  'Query.planChange': () => ({ planId: 'basic' }),
  'Mutation.refundInvoice': () => ({ number: 1_000_000, amountMinor: 1 }),
  'Mutation.recordPaymentEvent': () => ({ body: '{}', signature: 'none' }),
  'Subscription.uploadProgress': ({ uploadId }) => ({ id: uploadId }),
}

export type Operation = { readonly coordinate: string; readonly field: GraphQLField<unknown, unknown> }

/** Every root field of a schema, but those that federation adds. */
export const operationsOf = (schema: GraphQLSchema): readonly Operation[] =>
  [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].flatMap((type) =>
    type
      ? Object.values(type.getFields())
          .filter(({ name }) => !name.startsWith('_'))
          .map((field) => ({ coordinate: `${type.name}.${field.name}`, field }))
      : [],
  )

/** Fields by which it shows whether there is something in a list that has a page around it. */
const lists = ['edges', 'viewings']

const selectionOf = (type: GraphQLOutputType): string => {
  const named = getNamedType(type)
  if (isUnionType(named)) {
    const refusal = named.getTypes().find(({ name }) => name.endsWith('Refusal'))
    return `{ __typename ${refusal ? `... on ${refusal.name} { code }` : ''} }`
  }
  if (!isObjectType(named)) return ''
  const inner = lists.filter((name) => named.getFields()[name]).map((name) => `${name} { __typename }`)
  return `{ __typename ${inner.join(' ')} }`
}

/** The request for one operation on a member's things. */
export const requestFor = ({ coordinate, field }: Operation, member: Household) => {
  const variables = argumentsOf[coordinate]?.(member) ?? {}
  const given = field.args.filter(({ name }) => name in variables)
  const declared = given.length === 0 ? '' : `(${given.map(({ name, type }) => `$${name}: ${type}`).join(', ')})`
  const passed = given.length === 0 ? '' : `(${given.map(({ name }) => `${name}: $${name}`).join(', ')})`
  const kind = coordinate.split('.')[0]?.toLowerCase()
  const own = Object.fromEntries(given.map(({ name }) => [name, variables[name]]))
  return { query: `${kind} ${declared} { ${field.name}${passed} ${selectionOf(field.type)} }`, variables: own }
}

type Answer = {
  readonly data?: Readonly<Record<string, unknown>> | null | undefined
  readonly errors?: readonly { readonly extensions?: { readonly code?: unknown } | undefined }[] | undefined
}
const denials: ReadonlySet<unknown> = new Set(['UNAUTHENTICATED', 'FORBIDDEN', 'UNAUTHORIZED_FIELD_OR_TYPE'])

/** An answer in a word: `yes`, `nothing`, `denied`, or the code of a refusal. */
export const outcomeOf = ({ data, errors }: Answer): string => {
  const code = errors?.[0]?.extensions?.code
  if (errors !== undefined) return denials.has(code) ? 'denied' : String(code ?? 'no code')
  const [value] = Object.values(data ?? {})
  if (value === null || value === undefined || value === false || (Array.isArray(value) && value.length === 0)) return 'nothing'
  if (typeof value !== 'object') return 'yes'
  if ('code' in value) return String(value.code)
  const inner = lists.map((name) => (value as Values)[name]).find(Array.isArray)
  return inner?.length === 0 ? 'nothing' : 'yes'
}
