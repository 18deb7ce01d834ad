import { dataOrThrow, operation } from '#platform/graphql/operation.ts'
import { signedIn } from './context.ts'
import type {
  CreateProfileMutation,
  CreateProfileMutationVariables,
  DeleteProfileMutation,
  DeleteProfileMutationVariables,
  SetPinMutation,
  SetPinMutationVariables,
  UpdateProfileMutation,
  UpdateProfileMutationVariables,
} from './operations.generated.ts'
import { presentProfile, presentRefusal } from './present-account.ts'
import type { MutationResolvers } from './schema.generated.ts'

const here = import.meta.url
const createProfile = operation<CreateProfileMutation, CreateProfileMutationVariables>('./operations/createProfile.graphql', here)
const updateProfile = operation<UpdateProfileMutation, UpdateProfileMutationVariables>('./operations/updateProfile.graphql', here)
const deleteProfile = operation<DeleteProfileMutation, DeleteProfileMutationVariables>('./operations/deleteProfile.graphql', here)
const setPin = operation<SetPinMutation, SetPinMutationVariables>('./operations/setPin.graphql', here)

const present = (result: CreateProfileMutation['createProfile']) =>
  result.__typename === 'Profile' ? { __typename: 'Profile' as const, ...presentProfile(result) } : presentRefusal(result)
const presentEnded = (result: SetPinMutation['setPin']) => (result.__typename === 'EndedSessions' ? result : presentRefusal(result))

export type ProfileMutation = 'createProfile' | 'updateProfile' | 'deleteProfile' | 'setPin'

/** Profiles of the account that is signed in, and PINs, the same on every device. */
export const profileMutations: Pick<MutationResolvers, ProfileMutation> = {
  createProfile: async (_parent, variables, context) =>
    present(dataOrThrow(await signedIn(context).ask(createProfile, { ...variables })).createProfile),
  updateProfile: async (_parent, variables, context) =>
    present(dataOrThrow(await signedIn(context).ask(updateProfile, { ...variables })).updateProfile),
  deleteProfile: async (_parent, variables, context) =>
    presentEnded(dataOrThrow(await signedIn(context).ask(deleteProfile, { ...variables })).deleteProfile),
  setPin: async (_parent, variables, context) => presentEnded(dataOrThrow(await signedIn(context).ask(setPin, { ...variables })).setPin),
}
