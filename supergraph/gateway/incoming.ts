import type { IncomingHttpHeaders } from 'node:http'
import type { Bearer } from './tokens.ts'

/** What a request to the gateway brought that may be sent to subgraphs. */
export type Incoming = {
  readonly headers: IncomingHttpHeaders
  /** Who asks, where the gateway verifies tokens and the request carried one. */
  readonly bearer?: Bearer | undefined
  /** The address that the connection comes from. */
  readonly address?: string
  /** What hooks tell each other; absent where there are none. */
  readonly notes?: Map<string, unknown>
}
