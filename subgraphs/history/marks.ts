import { Id, parseInput } from '#platform/contracts/fields.ts'
import type { Caller, Viewer } from '#platform/contracts/viewer.ts'
import { CinegraphError } from '#platform/errors/errors.ts'
import { listMax, type MyListStore } from './my-list.ts'
import type { MarkRefusalCode, MutationResolvers } from './schema.generated.ts'
import { type ThumbStore, thumbsMax } from './thumbs.ts'

export type MarkStores = { readonly myList: MyListStore; readonly thumbs: ThumbStore }

const watching = ({ viewer }: Caller): Viewer => {
  if (viewer === null) throw new CinegraphError('UNAUTHENTICATED')
  return viewer
}

const marked = (id: string) => ({ __typename: 'Title' as const, id })
const refuse = (code: MarkRefusalCode, message: string) => ({ __typename: 'MarkRefusal' as const, code, message })
const full = () => refuse('LIST_FULL', `Your list holds ${listMax} titles. Take one away to add another.`)
const tooMany = () => refuse('TOO_MANY_THUMBS', `You have rated ${thumbsMax} titles. Take a thumb away to give another.`)

/** What a profile marks: titles on its list, and thumbs. Whether it may see a title is for the device to know. */
export const markMutations = ({ myList, thumbs }: MarkStores): MutationResolvers => ({
  addToMyList: async (_parent, { titleId }, { caller }) => {
    const id = parseInput('The id of a title', Id, titleId)
    return (await myList.add(watching(caller).profileId, id)) ? marked(id) : full()
  },
  removeFromMyList: async (_parent, { titleId }, { caller }) => {
    const id = parseInput('The id of a title', Id, titleId)
    await myList.remove(watching(caller).profileId, id)
    return marked(id)
  },
  setThumb: async (_parent, { titleId, thumb }, { caller }) => {
    const id = parseInput('The id of a title', Id, titleId)
    return (await thumbs.set(watching(caller).profileId, id, thumb ?? null)) ? marked(id) : tooMany()
  },
})
