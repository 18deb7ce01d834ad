import { useEffect, useState } from 'preact/hooks'
import type { HomeQuery, SignInMutation } from '../../documents.generated.ts'
import type { Api } from '../api.ts'
import { Progress } from '../card.ts'
import { config, picture } from '../config.ts'
import { failureText } from '../failure.ts'
import { html } from '../html.ts'
import { useLoading } from '../loading.ts'
import { phone, television, web } from '../state.ts'
import { Screen } from './watch.ts'

type Seen = {
  readonly name: string
  readonly durationMs: number | null
  readonly resumeAtMs: number
  readonly picture?: string
  readonly thumb?: string
}
type TitleAnswer = { readonly title: Seen | null }
type Device = { readonly name: string; readonly kind: 'tv' | 'phone' | 'browser'; readonly api: Api }

const devices: readonly Device[] = [
  { name: 'Television', kind: 'tv', api: television },
  { name: 'Phone', kind: 'phone', api: phone },
  { name: 'Browser', kind: 'browser', api: web },
]

/** Signs a device in as the demo's member, each with a session of its own. */
const signInDevice = async ({ api }: Device): Promise<void> => {
  if (api.session() !== null || config.demo === undefined) return
  const { signIn } = await api.ask<SignInMutation>('signIn', config.demo)
  if (!('accessToken' in signIn)) throw new Error(signIn.message)
  api.setSession(signIn)
}

/** NOTE: a session that ended elsewhere is begun anew. */
const askDevice = async (device: Device, titleId: string): Promise<TitleAnswer> => {
  await signInDevice(device)
  return device.api.ask<TitleAnswer>('title', { id: titleId })
}

const Glass = ({ seen }: { readonly seen: Seen | null }) => {
  const still = seen?.picture ?? seen?.thumb
  return html`<div class="glass">${still && html`<img src=${picture(still)} alt=${seen?.name} />`}</div>`
}

const DeviceView = ({ device, titleId }: { readonly device: Device; readonly titleId: string }) => {
  const [playing, setPlaying] = useState(false)
  const { value, error } = useLoading(`${device.kind} ${titleId}`, () => askDevice(device, titleId), 1_000)
  const seen = value?.title ?? null
  const [atMs, durationMs] = [seen?.resumeAtMs ?? 0, seen?.durationMs ?? 1]
  const name = device.name.toLowerCase()
  return html`
    <section class=${`device ${device.kind}`} aria-labelledby=${`device-${device.kind}`}>
      <h2 id=${`device-${device.kind}`}>${device.name}</h2>
      ${playing ? html`<div class="glass"><${Screen} api=${device.api} titleId=${titleId} label=${`Film on the ${name}`} muted /></div>` : html`<${Glass} seen=${seen} />`}
      <${Progress} share=${atMs / durationMs} label=${`${device.name}: resume point`} />
      <p class="hint"><output data-device=${device.kind}>${Math.round(atMs / 1000)}</output> s of ${Math.round(durationMs / 1000)} s</p>
      ${error !== null && html`<p class="error" role="alert">${error}</p>`}
      <button class=${playing ? '' : 'primary'} onClick=${() => setPlaying(!playing)}>${playing ? `Stop on the ${name}` : `Play on the ${name}`}</button>
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
      (failure: unknown) => setError(failureText(failure)),
    )
  }, [])
  const { value, error: homeError } = useLoading('devices home', () => web.ask<HomeQuery>('home'), 5_000)
  const hero = value?.home.hero
  const chosen = hero?.playable ? hero : undefined
  return html`
    <main id="main" class="plain">
      <h1>Three devices, one member</h1>
      <p class="hint">Each asks its own BFF. Play on one; the resume point moves on all.</p>
      <p class="error" role="alert">${error || homeError}</p>
      ${ready && chosen ? html`<div class="devices">${devices.map((device) => html`<${DeviceView} key=${device.kind} device=${device} titleId=${chosen.id} />`)}</div>` : html`<p role="status">${value === null ? 'Signing the devices in …' : 'Waiting for a film to be playable …'}</p>`}
    </main>
  `
}
