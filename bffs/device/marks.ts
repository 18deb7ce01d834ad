import { dataOrThrow, operation } from '#platform/graphql/operation.ts'
import { signedIn, type Watcher } from './context.ts'
import type {
  AddToMyListMutation,
  AddToMyListMutationVariables,
  RemoveFromMyListMutation,
  RemoveFromMyListMutationVariables,
  SetThumbMutation,
  SetThumbMutationVariables,
  ViewedTitlesQuery,
  ViewedTitlesQueryVariables,
} from './operations.generated.ts'
import { presentRefusal } from './present-account.ts'
import { applyRules } from './rules.ts'
import type { MutationResolvers } from './schema.generated.ts'

const here = import.meta.url
const add = operation<AddToMyListMutation, AddToMyListMutationVariables>('./operations/addToMyList.graphql', here)
const remove = operation<RemoveFromMyListMutation, RemoveFromMyListMutationVariables>('./operations/removeFromMyList.graphql', here)
const setThumb = operation<SetThumbMutation, SetThumbMutationVariables>('./operations/setThumb.graphql', here)
const facts = operation<ViewedTitlesQuery, ViewedTitlesQueryVariables>('./operations/viewedTitles.graphql', here)

const present = (result: AddToMyListMutation['addToMyList']) =>
  result.__typename === 'Title'
    ? { __typename: 'Marks' as const, titleId: result.id, inMyList: result.inMyList === true, thumb: result.myThumb }
    : presentRefusal(result)

const maySee = async ({ ask, viewer }: Watcher, id: string): Promise<boolean> => {
  const { titles } = dataOrThrow(await ask(facts, { ids: [id], language: viewer.language }))
  const found = titles.filter((title) => title !== null)
  return applyRules(new Map(found.map((title) => [title.id, title])), viewer).size > 0
}

const unseen = presentRefusal({ code: 'NOT_FOUND', message: 'There is no such title for this profile.' })

/** The list and the thumbs of the watching profile. What it may not see it cannot mark; what is marked it can always take away. */
export const markMutations: Pick<MutationResolvers, 'addToMyList' | 'removeFromMyList' | 'setThumb'> = {
  addToMyList: async (_parent, { titleId }, context) => {
    const watcher = signedIn(context)
    return (await maySee(watcher, titleId)) ? present(dataOrThrow(await watcher.ask(add, { titleId })).addToMyList) : unseen
  },
  removeFromMyList: async (_parent, { titleId }, context) =>
    present(dataOrThrow(await signedIn(context).ask(remove, { titleId })).removeFromMyList),
  setThumb: async (_parent, { titleId, thumb }, context) => {
    const watcher = signedIn(context)
    const isAllowed = !thumb || (await maySee(watcher, titleId))
    return isAllowed ? present(dataOrThrow(await watcher.ask(setThumb, { titleId, thumb })).setThumb) : unseen
  },
}
