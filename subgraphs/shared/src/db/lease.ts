import postgres from 'postgres'
import { ANSWER_TIMEOUT_S, KEEPALIVE } from './liveness.ts'
import { CONNECT_TIMEOUT_S, type Database, noticesTo } from './pools.ts'

/**
 * The exclusive right to do `what` on a database, for work that one process at a time should do: dispatching, consuming,
 * sealing. It is an advisory lock of a connection of its own, so the server takes it back when the process is gone.
 *
 * A process that was cut off may believe for a moment that it still has it. So what it protects must be safe when two
 * do it; the lease only keeps them from doing the work twice and out of order.
 */
export class Lease {
  readonly #key: string
  readonly #connection: postgres.Sql
  #isHeld = false

  constructor({ url, log }: Database, what: string) {
    this.#key = what
    this.#connection = postgres(url, {
      max: 1,
      connect_timeout: CONNECT_TIMEOUT_S,
      answer_timeout: ANSWER_TIMEOUT_S,
      // The lock would go with the connection.
      max_lifetime: null,
      fetch_types: false,
      onnotice: noticesTo(log),
      connection: { application_name: `lease ${what}`, ...KEEPALIVE },
      onclose: () => {
        if (this.#isHeld) log.info({ what }, 'lost a lease with its connection')
        this.#isHeld = false
      },
    })
  }

  /** @returns whether this process has it now; asks the server only where it had it not */
  async acquire(): Promise<boolean> {
    if (this.#isHeld) return true
    const [row] = await this.#connection<{ got: boolean }[]>`
      select pg_try_advisory_lock(hashtextextended(${this.#key}, 0)) as got`
    this.#isHeld = row?.got === true
    return this.#isHeld
  }

  /** Gives it to whoever asks next. Not to be used afterwards. */
  async release(): Promise<void> {
    this.#isHeld = false
    await this.#connection.end({ timeout: 1 })
  }
}
