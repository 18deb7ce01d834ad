import { useEffect, useRef, useState } from 'preact/hooks'
import type { PlayMutation } from '../../documents.generated.ts'
import type { Api } from '../api.ts'
import { html } from '../html.ts'
import { type Player, startPlayer } from '../player.ts'
import { hashOf } from '../route.ts'
import { go, web } from '../state.ts'

/** A video that asks a BFF for a stream and plays it. */
export const Screen = ({
  api,
  titleId,
  label,
  muted = false,
}: {
  readonly api: Api
  readonly titleId: string
  readonly label: string
  readonly muted?: boolean
}) => {
  const video = useRef<HTMLVideoElement>(null)
  const [error, setError] = useState('')
  // biome-ignore lint/correctness/useExhaustiveDependencies: a screen keeps the BFF that it began with.
  useEffect(() => {
    let player: Player | null = null
    let wanted = true
    const begin = async (): Promise<void> => {
      const { play } = await api.ask<PlayMutation>('play', { titleId })
      if (!wanted || video.current === null) return
      if ('streams' in play) player = startPlayer(video.current, { api, titleId, playback: play }, { onFatal: setError })
      else setError(play.message)
    }
    begin().catch((failure: unknown) => setError(failure instanceof Error ? failure.message : String(failure)))
    return () => {
      wanted = false
      player?.stop()
    }
  }, [titleId])
  return html`
    <video ref=${video} controls playsinline autoplay muted=${muted} aria-label=${label}></video>
    ${error !== '' && html`<p class="notice" role="alert">${error}</p>`}
  `
}

export const Watch = ({ id }: { readonly id: string }) => {
  useEffect(() => {
    const leave = (event: KeyboardEvent): void => {
      if (event.key === 'Escape' && document.fullscreenElement === null) go('title', id)
    }
    addEventListener('keydown', leave)
    return () => removeEventListener('keydown', leave)
  }, [id])
  return html`
    <main id="main" class="watch">
      <h1 class="sr-only">Now playing</h1>
      <a class="button back" href=${hashOf(['title', id])}>Back</a>
      <${Screen} api=${web} titleId=${id} label="Film" />
    </main>
  `
}
