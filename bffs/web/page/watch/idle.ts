import { useEffect, useState } from 'preact/hooks'

const quietMs = 3_000

/** True once nobody has moved a pointer or pressed a key for three seconds; never while `isHeld`. */
export const useIdle = (frame: HTMLElement | null, isHeld: boolean): boolean => {
  const [isIdle, setIdle] = useState(false)
  useEffect(() => {
    if (frame === null || isHeld) {
      setIdle(false)
      return undefined
    }
    let timer: ReturnType<typeof setTimeout>
    const wake = (): void => {
      setIdle(false)
      clearTimeout(timer)
      timer = setTimeout(() => setIdle(true), quietMs)
    }
    const off = new AbortController()
    for (const event of ['pointermove', 'pointerdown', 'focusin']) frame.addEventListener(event, wake, { signal: off.signal })
    addEventListener('keydown', wake, { signal: off.signal })
    wake()
    return () => {
      clearTimeout(timer)
      off.abort()
    }
  }, [frame, isHeld])
  return isIdle
}
