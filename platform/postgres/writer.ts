import { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

export type Host = { readonly host: string; readonly port: number }
/** What a server says of itself: whether it takes writes, and on which timeline (it grows with each promotion). */
export type Standing = { readonly isWriter: boolean; readonly timeline: number }
export type Probe = (host: Host) => Promise<Standing>

/** How long an answer counts: connections of one pool that open together ask once. */
const keepMs = 1_000
/** How long others may take to say that they are the newer writer. */
const othersMs = 500
const againMs = 200

/** Of several servers, finds the one that takes writes now: the primary, or the standby that was promoted in its place. */
export class Writer {
  readonly #hosts: readonly Host[]
  readonly #probe: Probe
  #timeline = 0
  #known: { readonly found: Promise<Host | undefined>; readonly at: number } | undefined
  #failure: unknown
  constructor(hosts: readonly Host[], probe: Probe) {
    this.#hosts = hosts
    this.#probe = probe
  }
  /** Undefined while none takes writes. */
  find(): Promise<Host | undefined> {
    if (this.#known === undefined || Date.now() - this.#known.at > keepMs) this.#known = { found: this.#look(), at: Date.now() }
    return this.#known.found
  }
  /** Why the last server that was asked did not answer. */
  get failure(): unknown {
    return this.#failure
  }
  /** NOTE: a primary that was replaced may come back and take writes that are lost; its timeline is the older one. */
  async #look(): Promise<Host | undefined> {
    const enough = Promise.withResolvers<void>()
    const found: { readonly host: Host; readonly timeline: number }[] = []
    const asked = this.#hosts.map(async (host) => {
      try {
        const { isWriter, timeline } = await this.#probe(host)
        if (!isWriter || timeline < this.#timeline) return
        found.push({ host, timeline })
        if (this.#timeline === timeline) enough.resolve()
        else setTimeout(enough.resolve, othersMs).unref()
      } catch (error) {
        this.#failure = error
      }
    })
    await Promise.race([enough.promise, Promise.allSettled(asked)])
    const [newest] = found.toSorted((a, b) => b.timeline - a.timeline)
    if (newest === undefined) this.#known = undefined
    else this.#timeline = newest.timeline
    return newest?.host
  }
  /** A socket that connects to the writer, whatever address it is told; it looks for one until it is destroyed. */
  socket(): Socket {
    return new WriterSocket(this)
  }
}

class WriterSocket extends Socket {
  readonly #writer: Writer
  constructor(writer: Writer) {
    super()
    this.#writer = writer
  }
  override connect(...args: unknown[]): this {
    // NOTE: Node calls it again itself, with what it has made of the address.
    if (Array.isArray(args[0]) || typeof args[0] === 'object') return Reflect.apply(super.connect, this, args) as this
    void this.#connectToWriter()
    return this
  }
  async #connectToWriter(): Promise<void> {
    while (!this.destroyed) {
      const found = await this.#writer.find()
      if (found !== undefined && !this.destroyed) return void super.connect({ host: found.host, port: found.port })
      await sleep(againMs, undefined, { ref: false })
    }
  }
}
