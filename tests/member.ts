import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { readDocuments } from '../bffs/device/documents.ts'
import type { PlayMutation, SignInMutation } from '../bffs/web/documents.generated.ts'
import type { Links } from '../start/links.ts'

export type DeviceKind = 'tv' | 'mobile' | 'web'
type Answer<D> = {
  readonly data: D
  readonly errors: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[]
}
export type Session = Extract<SignInMutation['signIn'], { __typename?: 'Session' }>
export type Playback = Extract<PlayMutation['play'], { __typename?: 'Playback' }>
export type Beat = {
  readonly titleId: string
  readonly positionMs: number
  readonly durationMs?: number
  readonly at?: Date
  readonly sessionId?: string
  readonly state?: string
}

/** How a heartbeat was answered. */
type Beaten = { readonly status: number; readonly stopped: readonly string[] }

const home = (kind: DeviceKind): string => join(import.meta.dirname, '..', 'bffs', kind)

/** A device as its front-end team would write it: it knows its BFF's address and its documents, nothing else. */
export class Device {
  readonly #base: string
  readonly #documents: ReadonlyMap<string, string>
  readonly #headers: Readonly<Record<string, string>>
  readonly id: string
  token = ''
  constructor(
    links: Links,
    kind: DeviceKind,
    { id = `${kind}-${randomUUID().slice(0, 6)}`, headers = {} }: { id?: string; headers?: Readonly<Record<string, string>> } = {},
  ) {
    this.#base = links[kind]
    this.#documents = readDocuments(home(kind))
    this.#headers = headers
    this.id = id
  }
  async ask<D>(name: string, variables: Readonly<Record<string, unknown>> = {}): Promise<Answer<D>> {
    const response = await fetch(`${this.#base}/graphql`, {
      method: 'POST',
      headers: this.#allHeaders(),
      body: JSON.stringify({ query: this.#documents.get(name), variables }),
    })
    const { data, errors = [] } = (await response.json()) as Partial<Answer<D>>
    return { data: data as D, errors }
  }
  async signIn(email = 'demo@cinegraph.example', password = 'popcorn-demo'): Promise<Session> {
    const { data } = await this.ask<SignInMutation>('signIn', { email, password })
    if (!('accessToken' in data.signIn)) throw new Error(data.signIn.message)
    this.token = data.signIn.accessToken
    return data.signIn
  }
  async switchProfile(name: string, session: Session): Promise<void> {
    const profileId = session.profiles.find((profile) => profile.name === name)?.id
    const { data } = await this.ask<{ switchProfile: Session }>('switchProfile', { profileId })
    this.token = data.switchProfile.accessToken
  }
  async play(titleId: string): Promise<PlayMutation['play']> {
    return (await this.ask<PlayMutation>('play', { titleId })).data.play
  }
  async heartbeat(beat: Beat): Promise<number> {
    return (await this.beat(beat)).status
  }
  async beat({ at = new Date(), durationMs = 600_000, sessionId = 's-1', state = 'playing', ...beat }: Beat): Promise<Beaten> {
    const response = await fetch(`${this.#base}/heartbeat`, {
      method: 'POST',
      headers: this.#allHeaders(),
      body: JSON.stringify({ ...beat, durationMs, sessionId, state, at: at.toISOString() }),
    })
    const { stopped = [] } = (await response.json()) as Partial<Beaten>
    return { status: response.status, stopped }
  }
  /** Where this profile stopped, as the phone's title page says; only a phone answers it. */
  async resumeAtMs(titleId: string): Promise<number | undefined> {
    return (await this.ask<{ title: { resumeAtMs: number } | null }>('title', { id: titleId })).data?.title?.resumeAtMs
  }
  #allHeaders(): Record<string, string> {
    return {
      'content-type': 'application/json',
      'x-cinegraph-device': this.id,
      ...(this.token === '' ? {} : { authorization: `Bearer ${this.token}` }),
      ...this.#headers,
    }
  }
}

/** Waits until `look` gives something other than undefined or false. Throws when `ms` have passed. */
export const until = async <T>(what: string, ms: number, look: () => Promise<T | undefined | false>): Promise<T> => {
  for (const limit = Date.now() + ms; ; ) {
    const found = await look()
    if (found !== undefined && found !== false) return found
    if (Date.now() > limit) throw new Error(`${what}: not within ${ms} ms`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
