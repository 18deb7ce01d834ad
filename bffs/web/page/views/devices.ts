import { useEffect, useState } from 'preact/hooks'
import type { HomeQuery, SignInMutation } from '../../documents.generated.ts'
import { type Api, createApi } from '../api.ts'
import { Progress } from '../card.ts'
import { config } from '../config.ts'
import { html } from '../html.ts'
import { useLoading } from '../loading.ts'
import { web } from '../state.ts'
import { Screen } from './watch.ts'

type TitleAnswer = { readonly title: { readonly name: string; readonly progress?: number | null; readonly resumeAtMs?: number } | null }
type Device = { readonly name: string; readonly kind: 'tv' | 'phone' | 'browser'; readonly api: Api }

const devices: readonly Device[] = [
  { name: 'Television', kind: 'tv', api: createApi('tv', config.tv) },
  { name: 'Phone', kind: 'phone', api: createApi('mobile', config.mobile) },
  { name: 'Browser', kind: 'browser', api: web },
]

/** Signs a device in as the demo's member, each with a session of its own. */
const signInDevice = async ({ api }: Device): Promise<void> => {
  if (api.session() !== null || config.demo === undefined) return
  const { signIn } = await api.ask<SignInMutation>('signIn', config.demo)
  if ('accessToken' in signIn) api.setSession(signIn)
}

const positionOf = (durationMs: number, { title }: TitleAnswer): number =>
  title?.progress !== undefined && title.progress !== null ? title.progress : durationMs > 0 ? (title?.resumeAtMs ?? 0) / durationMs : 0

const DeviceView = ({ device, titleId, durationMs }: { readonly device: Device; readonly titleId: string; readonly durationMs: number }) => {
  const [playing, setPlaying] = useState(false)
  const { value } = useLoading(`${device.kind} ${titleId}`, () => device.api.ask<TitleAnswer>('title', { id: titleId }), 1_000)
  const share = value === null ? 0 : positionOf(durationMs, value)
  return html`
    <section class=${`device ${device.kind}`} aria-labelledby=${`device-${device.kind}`}>
      <h2 id=${`device-${device.kind}`}>${device.name}</h2>
      <div class="glass">${playing ? html`<${Screen} api=${device.api} titleId=${titleId} label=${`Film on the ${device.name.toLowerCase()}`} muted />` : html`<p>${value?.title?.name ?? '…'}</p>`}</div>
      <${Progress} share=${share} label=${`${device.name}: resume point`} />
      <p class="hint"><output data-device=${device.kind}>${Math.round((share * durationMs) / 1000)}</output> s of ${Math.round(durationMs / 1000)} s</p>
      <button class=${playing ? '' : 'primary'} onClick=${() => setPlaying(!playing)}>${playing ? `Stop on the ${device.name.toLowerCase()}` : `Play on the ${device.name.toLowerCase()}`}</button>
    </section>
  `
}

/** One member, three devices, each asking its own BFF: what is watched on one moves the resume point on all. */
export const Devices = () => {
  const [ready, setReady] = useState(false)
  const [error, setError] = useState('')
  useEffect(() => {
    Promise.all(devices.map(signInDevice)).then(
      () => setReady(true),
      (failure: unknown) => setError(failure instanceof Error ? failure.message : String(failure)),
    )
  }, [])
  const { value } = useLoading('devices home', () => web.ask<HomeQuery>('home'), 5_000)
  const hero = value?.home.hero
  const chosen = hero?.playable ? hero : undefined
  return html`
    <main id="main" class="plain">
      <h1>Three devices, one member</h1>
      <p class="hint">Each asks its own BFF. Play on one; the resume point moves on all.</p>
      <p class="error" role="alert">${error}</p>
      ${ready && chosen ? html`<div class="devices">${devices.map((device) => html`<${DeviceView} key=${device.kind} device=${device} titleId=${chosen.id} durationMs=${48_000} />`)}</div>` : html`<p role="status">${value === null ? 'Signing the devices in …' : 'Waiting for a film to be playable …'}</p>`}
    </main>
  `
}
