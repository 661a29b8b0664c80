import { MULTIPLEX_PROTOCOL } from '@carriergraph/shared/multiplex/protocol.ts'
import { SIGNATURE_HEADER } from '@carriergraph/shared/signature/canonical.ts'
import type { SubgraphAddress } from '../address.ts'
import type { ConnectionLimits } from '../http/connection.ts'
import { startHead } from '../http/request.ts'
import type { Signer } from '../signer.ts'
import { MultiplexedConnection } from './connection.ts'

/** How long a subgraph is not asked again that did not agree, in ms. */
const REFUSED_MS = 30_000

/** How long a connection may be without a call, in ms. */
const IDLE_MS = 10_000

export interface MultiplexedConnectionsOptions {
  readonly address: SubgraphAddress
  readonly sign: Signer
  readonly limits: ConnectionLimits
}

/**
 * Connections to one address that carry many calls each. They are opened where answers over HTTP offer it, and as many as calls
 * need: behind a balancer that counts connections, more calls reach more processes.
 */
export class MultiplexedConnections {
  readonly #options: MultiplexedConnectionsOptions
  readonly #start: string
  /** In the order in which they were opened: the first takes calls first, so that the last grow idle. */
  readonly #open = new Set<MultiplexedConnection>()
  #opening: MultiplexedConnection | undefined
  /** On the clock of `performance.now()`. */
  #notBefore_ms = 0
  #sweeping: NodeJS.Timeout | undefined

  constructor(options: MultiplexedConnectionsOptions) {
    const { address } = options
    const { host } = new URL(address.origin)
    this.#options = options
    this.#start = startHead('GET', address.path, { host, connection: 'Upgrade', upgrade: MULTIPLEX_PROTOCOL })
  }

  get count(): number {
    return this.#open.size + (this.#opening === undefined ? 0 : 1)
  }

  /** One with room for another call. */
  take(): MultiplexedConnection | undefined {
    for (const connection of this.#open) if (connection.hasRoom) return connection
    return undefined
  }

  /** The subgraph has offered it: another connection is opened, unless one has room. */
  offered(): void {
    if (this.#options.limits.calls_max < 2 || this.#opening !== undefined || this.take() !== undefined) return
    if (performance.now() >= this.#notBefore_ms) this.#opening = this.#connect()
  }

  /** Breaks off what is under way. */
  close(): void {
    clearTimeout(this.#sweeping)
    this.#opening?.destroy()
    for (const connection of this.#open) connection.destroy()
  }

  #connect(): MultiplexedConnection {
    const { address, sign, limits } = this.#options
    const connection: MultiplexedConnection = new MultiplexedConnection({
      address,
      upgrade: `${this.#start}${SIGNATURE_HEADER}: ${sign('GET', address.path, '')}\r\n\r\n`,
      limits,
      opened: () => {
        this.#opening = undefined
        this.#open.add(connection)
        this.#sweeping ??= setTimeout(() => this.#sweep(), IDLE_MS).unref()
      },
      closed: () => {
        if (this.#opening === connection) {
          this.#opening = undefined
          this.#notBefore_ms = performance.now() + REFUSED_MS
        }
        this.#open.delete(connection)
      },
    })
    return connection
  }

  #sweep(): void {
    for (const connection of this.#open) if (connection.idle_ms >= IDLE_MS) connection.destroy()
    this.#sweeping = this.#open.size === 0 ? undefined : setTimeout(() => this.#sweep(), IDLE_MS).unref()
  }
}
