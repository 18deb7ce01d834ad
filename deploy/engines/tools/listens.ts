import { once } from 'node:events'
import { createConnection } from 'node:net'
import type { Server } from '../recipe.ts'

/** Resolves when a server takes connections on its port for clients, and rejects when it does not. */
export const listens = async ({ host, ports }: Server): Promise<void> => {
  const socket = createConnection({ host, port: ports.client ?? 0, timeout: 2_000 })
  await once(socket, 'connect').finally(() => socket.destroy())
}
