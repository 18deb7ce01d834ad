import type { Socket } from 'node:net'
import { CinegraphError } from '#platform/errors/errors.ts'
import { bulkhead } from '#platform/resilience/bulkhead.ts'
import { policy } from '#platform/resilience/policy.ts'

/** Operations of one socket that are carried out at a time; the others wait. */
const concurrent = 4
/** The next one is not begun while so many bytes of earlier answers have not been read. */
const unreadBytesMax = 1024 * 1024

/** Carries out work of one socket when it is its turn. */
export type InTurn = <T>(work: () => Promise<T>) => Promise<T>

/** Turns of one socket: what it asks is carried out as fast as it reads. Throws OVERLOADED for one that has gone. */
export const turnsOf = (socket: Socket, queued: number): InTurn => {
  const enter = policy(
    'WebSocket',
    bulkhead({ concurrent, queued }),
  )(async (_signal, work: () => Promise<unknown>) => {
    if (socket.writableLength > unreadBytesMax) await drained(socket)
    if (socket.destroyed) throw new CinegraphError('OVERLOADED', { what: 'A closed socket' })
    return work()
  })
  return async <T>(work: () => Promise<T>) => (await enter(work)) as T
}

const drained = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    if (socket.destroyed) return resolve()
    const done = (): void => {
      socket.off('drain', done).off('close', done)
      resolve()
    }
    socket.on('drain', done).on('close', done)
  })
