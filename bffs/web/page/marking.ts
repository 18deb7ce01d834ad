import { useState } from 'preact/hooks'
import type { AddToMyListMutation, RemoveFromMyListMutation, SetThumbMutation, TitleQuery } from '../documents.generated.ts'
import { failureText } from './failure.ts'
import { html } from './html.ts'
import { web } from './state.ts'
import { Icon, type IconName } from './watch/icons.ts'

type Answer = AddToMyListMutation['addToMyList']
type Marks = Pick<Extract<Answer, { titleId: string }>, 'inMyList' | 'thumb'>
type Thumb = Marks['thumb']
type Marked = Pick<NonNullable<TitleQuery['title']>, 'id' | 'inMyList' | 'myThumb'>

const list = async (titleId: string, isListed: boolean): Promise<Answer> =>
  isListed
    ? (await web.ask<RemoveFromMyListMutation>('removeFromMyList', { titleId })).removeFromMyList
    : (await web.ask<AddToMyListMutation>('addToMyList', { titleId })).addToMyList

const rate = async (titleId: string, thumb: Thumb): Promise<Answer> =>
  (await web.ask<SetThumbMutation>('setThumb', { titleId, thumb })).setThumb

type ToggleProps = { readonly label: string; readonly sign: IconName; readonly isOn: boolean; readonly onClick: () => void }
const Toggle = ({ label, sign, isOn, onClick }: ToggleProps) =>
  html`<button type="button" class="toggle" aria-pressed=${isOn} onClick=${onClick}><${Icon} name=${sign} /> ${label}</button>`

/** Puts a title on the list of the profile and says what it thinks of it; nothing while that is not known. */
export const Marking = ({ title }: { readonly title: Marked }) => {
  const [changed, setChanged] = useState<Marks | null>(null)
  const [error, setError] = useState('')
  if (title.inMyList === null) return null
  const { inMyList, thumb } = changed ?? { inMyList: title.inMyList, thumb: title.myThumb }
  const carryOut = async (work: Promise<Answer>): Promise<void> => {
    const answer = await work.catch((failure: unknown) => ({ message: failureText(failure) }))
    setError('message' in answer ? answer.message : '')
    if ('titleId' in answer) setChanged(answer)
  }
  const turn = (wanted: Thumb) => () => carryOut(rate(title.id, thumb === wanted ? null : wanted))
  return html`
    <p class="actions" role="group" aria-label="What you make of it">
      <${Toggle} label="My list" sign=${inMyList ? 'added' : 'add'} isOn=${inMyList} onClick=${() => carryOut(list(title.id, inMyList))} />
      <${Toggle} label="I like it" sign="like" isOn=${thumb === 'UP'} onClick=${turn('UP')} />
      <${Toggle} label="Not for me" sign="dislike" isOn=${thumb === 'DOWN'} onClick=${turn('DOWN')} />
    </p>
    <p class="error" role="alert">${error}</p>
  `
}
