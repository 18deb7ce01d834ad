import { html } from '../html.ts'
import { Icon, type IconName } from './icons.ts'
import type { Command } from './keys.ts'
import { jumpSeconds } from './keys.ts'
import type { Media } from './media.ts'
import { rates } from './remembered.ts'
import { SeekBar } from './seek-bar.ts'
import type { Thumbnail } from './thumbnails.ts'
import type { Choice, Tracks } from './tracks.ts'

export type Choose = {
  readonly quality: (id: number) => void
  readonly audio: (id: number) => void
  readonly subtitles: (id: number) => void
}
export type ControlsProps = {
  readonly media: Media
  readonly tracks: Tracks
  readonly thumbnails: readonly Thumbnail[]
  readonly isFull: boolean
  readonly hasPicture: boolean
  readonly seek: (seconds: number) => void
  readonly setVolume: (volume: number) => void
  readonly setRate: (rate: number) => void
  readonly choose: Choose
  readonly carryOut: (command: Command) => void
}

type ButtonProps = { readonly icon: IconName; readonly label: string; readonly onClick: () => void }
const Button = ({ icon, label, onClick }: ButtonProps) =>
  html`<button type="button" class="control" aria-label=${label} title=${label} onClick=${onClick}><${Icon} name=${icon} /></button>`

const numberOf = (event: Event): number => Number((event.currentTarget as HTMLInputElement | HTMLSelectElement).value)

type MenuProps = {
  readonly label: string
  readonly choices: readonly Choice[]
  readonly at: number
  readonly onChoose: (id: number) => void
}
const Menu = ({ label, choices, at, onChoose }: MenuProps) =>
  choices.length < 2
    ? null
    : html`<label class="menu"><span class="sr-only">${label}</span><select title=${label} value=${at} onChange=${(event: Event) => onChoose(numberOf(event))}>
        ${choices.map(({ id, label: name }) => html`<option key=${id} value=${id} selected=${id === at}>${name}</option>`)}
      </select></label>`

/** Automatic says what it has come to. */
const qualityChoices = ({ qualities, quality, height }: Tracks): readonly Choice[] =>
  qualities.map((each) => (each.id === -1 && quality === -1 && height > 0 ? { ...each, label: `Auto (${height}p)` } : each))

const rateChoices: readonly Choice[] = rates.map((id) => ({ id, label: `${id}×` }))

export const Controls = (props: ControlsProps) => {
  const { media, tracks, choose, carryOut } = props
  return html`
    <div class="watch-controls" role="group" aria-label="Player">
      <${SeekBar} media=${media} thumbnails=${props.thumbnails} seek=${props.seek} />
      <div class="watch-buttons">
        <${Button} icon=${media.isPaused ? 'play' : 'pause'} label=${media.isPaused ? 'Play' : 'Pause'} onClick=${() => carryOut({ do: 'toggle' })} />
        <${Button} icon="back" label=${`${jumpSeconds} seconds back`} onClick=${() => carryOut({ do: 'jump', seconds: -jumpSeconds })} />
        <${Button} icon="ahead" label=${`${jumpSeconds} seconds ahead`} onClick=${() => carryOut({ do: 'jump', seconds: jumpSeconds })} />
        <${Button} icon=${media.isMuted ? 'silent' : 'sound'} label=${media.isMuted ? 'Sound on' : 'Sound off'} onClick=${() => carryOut({ do: 'mute' })} />
        <input class="volume" type="range" aria-label="Volume" min="0" max="1" step="0.05" value=${media.isMuted ? 0 : media.volume}
          onInput=${(event: Event) => props.setVolume(numberOf(event))} />
        <span class="spring"></span>
        <${Menu} label="Sound track" choices=${tracks.audio} at=${tracks.audioAt} onChoose=${choose.audio} />
        <${Menu} label="Subtitles" choices=${tracks.subtitles} at=${tracks.subtitleAt} onChoose=${choose.subtitles} />
        <${Menu} label="Quality" choices=${qualityChoices(tracks)} at=${tracks.quality} onChoose=${choose.quality} />
        <${Menu} label="Speed" choices=${rateChoices} at=${media.rate} onChoose=${props.setRate} />
        <${Button} icon="help" label="Keyboard" onClick=${() => carryOut({ do: 'help' })} />
        ${props.hasPicture && html`<${Button} icon="picture" label="Picture in picture" onClick=${() => carryOut({ do: 'picture' })} />`}
        <${Button} icon=${props.isFull ? 'window' : 'full'} label=${props.isFull ? 'Leave full screen' : 'Full screen'} onClick=${() => carryOut({ do: 'fullscreen' })} />
      </div>
    </div>
  `
}
