import type { MyListQuery } from '../../documents.generated.ts'
import { html } from '../html.ts'
import type { Paging } from '../pages.ts'
import { session, web } from '../state.ts'
import { List } from './list.ts'

/** What the profile has put aside, newest first. */
export const MyList = () => html`
  <${List} heading="My list" of=${`my list ${session.value?.profile.id}`} empty="Nothing here yet. Open a title and press “My list” to keep it for later."
    load=${async (paging: Paging) => (await web.ask<MyListQuery>('myList', paging)).myList} />
`
