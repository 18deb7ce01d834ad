/** What a server of an engine is called, and what it listens on. */
export type ServerPlan = {
  /** Also the name of its service in `deploy/compose.yaml`. */
  readonly name: string
  /** An address of this machine; 127.0.0.1 when not given. Docker publishes on 127.0.0.1 whatever this says. */
  readonly host?: string
  /**
   * What its ports are for. Each gets a free one, which stays the same while the engine is up. In compose the variable
   * `<SERVER>_<PORT>_PORT` holds it (`REDIS_A_CLIENT_PORT`).
   */
  readonly ports: readonly string[]
}

export type Server = {
  readonly name: string
  readonly host: string
  readonly ports: Readonly<Record<string, number>>
  /** Its own folder, empty at the first start: settings and data. */
  readonly dir: string
}
/** All servers of the engine, by name. */
export type Servers = Readonly<Record<string, Server>>

/** Paths of programs and folders in the cache, by names that the recipe chooses. */
export type Programs = Readonly<Record<string, string>>

export type Command = {
  readonly program: string
  readonly args: readonly string[]
  /** Added to PATH, HOME and LANG; nothing else of the environment is passed on. */
  readonly env?: Readonly<Record<string, string>>
  readonly runAs?: { readonly uid: number; readonly gid: number } | undefined
}

/** What a recipe needs to bring programs into the cache. */
export type Kit = {
  /** A folder for what is provided, kept between runs. */
  readonly cache: string
  /** One line about what is being done, for whoever waits. */
  readonly say: (line: string) => void
}

/** What it needs to start one server. */
export type Begin = { readonly server: Server; readonly servers: Servers; readonly programs: Programs }

export const sizes = ['nodes', 'brokers'] as const
export type Size = (typeof sizes)[number]

/**
 * How the servers of one engine are brought up, on loopback and free ports. From packages everything below is used; with Docker
 * `settle` and `env` only, after compose has found all health checks good.
 */
export type Recipe = {
  readonly name: string
  /** What is brought up, with its version. */
  readonly version: string
  readonly servers: readonly ServerPlan[]
  /** The option that says how many of `servers` are brought up, the first ones; by `npm run engines`, one without it. */
  readonly size?: Size
  /** Begins a server only when the one before it is ready. */
  readonly inTurn?: boolean
  /** How long a server may take until it is ready, in seconds; 120 when not given. */
  readonly readySeconds?: number
  /** Puts the programs into the cache unless they are there. Throws ENGINE_MISSING with the command that would help. */
  readonly provide: (kit: Kit) => Promise<Programs>
  /** Writes the settings of a server and gives its command line. Called in the order of `servers`, also when it is started again on its data. */
  readonly command: (begin: Begin) => Promise<Command>
  /** Rejects while the server cannot be used; asked again and again. */
  readonly ready: (server: Server) => Promise<void>
  /** What remains to be done when all servers are ready; done again each time the engine is brought up. */
  readonly settle?: (servers: Servers) => Promise<void>
  /** The settings with which Cinegraph uses it. */
  readonly env: (servers: Servers) => Readonly<Record<string, string>>
}

/** One server by its name. */
export const serverOf = (servers: Servers, name: string): Server => {
  const found = servers[name]
  if (found === undefined) throw new TypeError(`There is no server ${name}`)
  return found
}

/** `host:port` of one of its ports. */
export const addressOf = ({ name, host, ports }: Server, port: string): string => {
  const found = ports[port]
  if (found === undefined) throw new TypeError(`${name} has no port ${port}`)
  return `${host}:${found}`
}
