import { html } from '../html.ts'
import type { Playing } from './playback.ts'

const names: Readonly<Record<string, string>> = { TV: 'television', MOBILE: 'phone', WEB: 'browser' }

/** Why a film does not play, and what can be done: to try again, or to stop it elsewhere and play it here. */
export const Fault = ({ error, elsewhere, retry }: Pick<Playing, 'error' | 'elsewhere' | 'retry'>) => html`
  <div class="watch-error" role="alert">
    <p>${error}</p>
    ${elsewhere.map(
      ({ sessionId, device, deviceId, since }) => html`
        <p key=${sessionId}>
          <button type="button" onClick=${() => retry(sessionId)}>Stop the ${names[device ?? ''] ?? 'device'}, play here</button>
          <span class="hint"> ${deviceId}, since ${new Date(since).toLocaleTimeString()}</span>
        </p>
      `,
    )}
    <button type="button" onClick=${() => retry()}>Try again</button>
  </div>
`
