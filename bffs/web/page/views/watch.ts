import { useEffect, useRef, useState } from 'preact/hooks'
import type { PlayMutation, TitleQuery } from '../../documents.generated.ts'
import type { Api } from '../api.ts'
import { picture } from '../config.ts'
import { failureText } from '../failure.ts'
import { html } from '../html.ts'
import { useLoading } from '../loading.ts'
import { type Player, startPlayer } from '../player.ts'
import { hashOf } from '../route.ts'
import { go, web } from '../state.ts'
import { Ending } from '../watch/ending.ts'
import { Theatre } from '../watch/theatre.ts'

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
    const onStopped = (): void => {
      player?.stop()
      setError('Stopped: the account plays on another device in its place.')
    }
    const begin = async (): Promise<void> => {
      const { play } = await api.ask<PlayMutation>('play', { titleId })
      if (!wanted || video.current === null) return
      if ('streams' in play) player = startPlayer(video.current, { api, titleId, playback: play }, { onFatal: setError, onStopped })
      else setError(play.message)
    }
    begin().catch((failure: unknown) => setError(failureText(failure)))
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
  const { value } = useLoading(`watch ${id}`, () => web.ask<TitleQuery>('title', { id }))
  const title = value?.title ?? null
  useEffect(() => {
    const leave = (event: KeyboardEvent): void => {
      if (event.key === 'Escape' && document.fullscreenElement === null) go('title', id)
    }
    addEventListener('keydown', leave)
    return () => removeEventListener('keydown', leave)
  }, [id])
  const picturePath = title === null ? '' : picture(title.picture)
  return html`<${Theatre} key=${id} titleId=${id} name=${title?.name ?? ''} picture=${picturePath} back=${hashOf(['title', id])} ending=${html`<${Ending} id=${id} title=${title} />`} />`
}
