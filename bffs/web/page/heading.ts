const product = 'Cinegraph'

/** What a heading calls its view: `data-title` where it shows something else. */
const titleOf = (heading: HTMLElement): string => heading.dataset.title ?? heading.textContent.trim()

/**
 * Names the document after the heading of its view, whenever that is drawn (WCAG 2.4.2). After `moved()` the focus goes to the
 * heading of the view that comes, so that it is read aloud and the keyboard goes on from there (WCAG 2.4.3), unless the member
 * is writing or has gone elsewhere meanwhile.
 */
export const followHeading = (root: HTMLElement): { readonly moved: () => void } => {
  let from: Element | null | undefined
  const isOurs = (focused: Element | null): boolean => focused === null || focused === document.body || focused === from
  const update = (): void => {
    const heading = root.querySelector('h1')
    if (heading === null) return
    document.title = `${titleOf(heading)} – ${product}`
    if (from === undefined || heading === from) return
    if (!isOurs(document.activeElement)) {
      from = undefined
      return
    }
    heading.tabIndex = -1
    heading.focus({ preventScroll: true })
    from = heading
  }
  new MutationObserver(update).observe(root, { childList: true, subtree: true, characterData: true })
  return {
    moved: () => {
      const { activeElement } = document
      from = activeElement instanceof HTMLInputElement ? undefined : activeElement
      // NOTE: a view that loads nothing may have been drawn already, and changes no more.
      requestAnimationFrame(() => requestAnimationFrame(update))
    },
  }
}
