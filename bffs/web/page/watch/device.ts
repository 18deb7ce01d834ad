import { useEffect, useRef } from 'preact/hooks'

export type Shown = { readonly name: string; readonly picture: string; readonly isPlaying: boolean }
export type Handlers = { readonly toggle: () => void; readonly jump: (seconds: number) => void }

const jumpSeconds = 10

/** Says what plays on the lock screen and to the keys of headsets and keyboards (W3C Media Session). */
export const useMediaSession = ({ name, picture, isPlaying }: Shown, handlers: Handlers): void => {
  const latest = useRef(handlers)
  latest.current = handlers
  useEffect(() => {
    if (!('mediaSession' in navigator) || name === '') return undefined
    const { mediaSession } = navigator
    mediaSession.metadata = new MediaMetadata({ title: name, ...(picture === '' ? {} : { artwork: [{ src: picture }] }) })
    const { toggle, jump }: Handlers = { toggle: () => latest.current.toggle(), jump: (seconds) => latest.current.jump(seconds) }
    mediaSession.setActionHandler('play', toggle)
    mediaSession.setActionHandler('pause', toggle)
    mediaSession.setActionHandler('seekbackward', ({ seekOffset }) => jump(-(seekOffset ?? jumpSeconds)))
    mediaSession.setActionHandler('seekforward', ({ seekOffset }) => jump(seekOffset ?? jumpSeconds))
    return () => {
      mediaSession.metadata = null
      for (const action of ['play', 'pause', 'seekbackward', 'seekforward'] as const) mediaSession.setActionHandler(action, null)
    }
  }, [name, picture])
  useEffect(() => {
    if ('mediaSession' in navigator) navigator.mediaSession.playbackState = isPlaying ? 'playing' : 'paused'
  }, [isPlaying])
}

/** Keeps the screen on while a film plays (W3C Screen Wake Lock); a device that refuses goes on without. */
export const useWakeLock = (isPlaying: boolean): void => {
  useEffect(() => {
    if (!isPlaying || !('wakeLock' in navigator)) return undefined
    let lock: WakeLockSentinel | null = null
    let isWanted = true
    const take = (): void => {
      if (document.visibilityState !== 'visible') return
      navigator.wakeLock.request('screen').then(
        (taken) => {
          if (isWanted) lock = taken
          else void taken.release()
        },
        () => undefined,
      )
    }
    take()
    // NOTE: a lock is lost whenever the page is hidden.
    document.addEventListener('visibilitychange', take)
    return () => {
      isWanted = false
      document.removeEventListener('visibilitychange', take)
      void lock?.release()
    }
  }, [isPlaying])
}
