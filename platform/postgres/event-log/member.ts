import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import { messageOf } from '#platform/errors/errors.ts'
import type { Log } from '#platform/observe/log.ts'
import { Wake } from '#platform/process/wake.ts'
import type { Cursor } from './rows.ts'

/** A member that has not renewed for so long is taken for dead. */
const ttlSeconds = 5
const renewMs = 1_500

export type Holding = { readonly cursors: ReadonlyMap<number, Cursor>; readonly hasReplays: boolean }
export type Renewed = (holding: Holding) => void

type Row = { topic: string; name: string; partition: number; position: string; epoch: number; again: boolean }
type Group = { readonly topic: string; readonly name: string; readonly renewed: Renewed }

/**
 * The membership of this process in consumer groups: one lease for all of them. The partitions of a group are shared out
 * evenly among its living members; those of a member whose lease ends are taken over.
 */
export class Member implements AsyncDisposable {
  readonly id = randomUUID()
  readonly #pool: pg.Pool
  readonly #log: Log
  readonly #groups: Group[] = []
  readonly #wake = new Wake()
  #isStopped = false
  #running: Promise<void> | undefined
  constructor(pool: pg.Pool, log: Log) {
    this.#pool = pool
    this.#log = log
  }
  /** Joins a group; `renewed` is called with what this member holds whenever the lease has been renewed. */
  async join(topic: string, name: string, renewed: Renewed): Promise<void> {
    this.#groups.push({ topic, name, renewed })
    await this.#renew()
    this.#running ??= this.#run()
  }
  /** Renews at once, because something about the groups has changed. */
  renewNow(): void {
    this.#wake.now()
  }
  async #run(): Promise<void> {
    let renewedAt = Date.now()
    while (!this.#isStopped) {
      await this.#wake.wait(renewMs)
      if (this.#isStopped) return
      try {
        await this.#renew()
        renewedAt = Date.now()
      } catch (error) {
        this.#log.warn({ reason: messageOf(error) }, 'event log: lease not renewed')
        if (Date.now() - renewedAt > ttlSeconds * 1000)
          for (const { renewed } of this.#groups) renewed({ cursors: new Map(), hasReplays: false })
      }
    }
  }
  async #renew(): Promise<void> {
    const { rows } = await this.#pool.query<Row>({
      name: 'renew-lease',
      text: 'select * from event_log.renew($1, $2, $3, make_interval(secs => $4))',
      values: [this.id, this.#groups.map(({ topic }) => topic), this.#groups.map(({ name }) => name), ttlSeconds],
    })
    const byGroup = Map.groupBy(rows, ({ topic, name }) => `${topic} ${name}`)
    for (const { topic, name, renewed } of this.#groups) {
      const held = byGroup.get(`${topic} ${name}`) ?? []
      renewed({
        cursors: new Map(held.map(({ partition, position, epoch }) => [partition, { position, epoch }])),
        hasReplays: held.some(({ again }) => again),
      })
    }
  }
  /** Gives everything back, so that others take it at once. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopped = true
    this.#wake.now()
    await this.#running
    if (this.#groups.length === 0) return
    await this.#pool
      .query(`with gone as (delete from event_log.member where id = $1) select pg_notify('event_log', '')`, [this.id])
      .catch(() => undefined)
  }
}
