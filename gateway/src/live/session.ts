import { type Actor, ANONYMOUS } from '@carriergraph/shared/auth/actor.ts'
import { tokenExpired } from '@carriergraph/shared/auth/refusals.ts'
import type { Clock } from '@carriergraph/shared/clock.ts'
import { CloseCode } from 'graphql-ws'
import type { RequestContext } from '../request-context.ts'
import type { LiveSubscription } from './subscription.ts'

/** The longest delay that setTimeout takes; a longer one would fire at once. */
const TIMER_MS_MAX = 2 ** 31 - 1

interface OpenOperation {
  readonly context: RequestContext
  subscription?: LiveSubscription
}

/** What the gateway knows of one client socket: who is at its other end, until when, and what it has open. */
export class Session {
  readonly close: (code: number, reason: string) => void
  readonly #clock: Clock
  readonly #operations = new Map<string, OpenOperation>()
  #actor: Actor = ANONYMOUS
  #authorization: string | undefined
  #expiryTimer: NodeJS.Timeout | undefined
  #expired = false

  constructor(close: (code: number, reason: string) => void, clock: Clock) {
    this.close = close
    this.#clock = clock
  }

  /** The socket speaks for this actor from now until its token expires. */
  signIn(actor: Actor, authorization: string | undefined): void {
    this.#actor = actor
    this.#authorization = authorization
    this.#armExpiry()
  }

  /** Starts to keep account of an operation. */
  begin(id: string, correlationId: string): RequestContext {
    const context = { actor: this.#actor, authorization: this.#authorization, correlationId }
    this.#operations.set(id, { context })
    return context
  }

  contextOf(id: string): RequestContext | undefined {
    return this.#operations.get(id)?.context
  }

  stream(id: string, subscription: LiveSubscription): void {
    const operation = this.#operations.get(id)
    if (operation !== undefined) operation.subscription = subscription
    if (this.#expired) subscription.terminate(tokenExpired().toJSON())
  }

  end(id: string): void {
    this.#operations.delete(id)
    // Not at once: what ended the operation may still be about to be sent.
    if (this.#expired) setImmediate(() => this.#closeWhenQuiet())
  }

  dispose(): void {
    clearTimeout(this.#expiryTimer)
    this.#operations.clear()
  }

  #armExpiry(): void {
    const { expiresAt } = this.#actor
    if (expiresAt === undefined) return
    const left_ms = expiresAt.getTime() - this.#clock().getTime()
    if (left_ms <= 0) this.#expire()
    else this.#expiryTimer = setTimeout(() => this.#armExpiry(), Math.min(left_ms, TIMER_MS_MAX))
  }

  /**
   * Each subscription ends with an error that carries its cursor; closing the socket alone would make clients
   * reconnect and subscribe from their first position again, with a gap or with repeats.
   */
  #expire(): void {
    this.#expired = true
    for (const { subscription } of this.#operations.values()) subscription?.terminate(tokenExpired().toJSON())
    this.#closeWhenQuiet()
  }

  #closeWhenQuiet(): void {
    if (this.#operations.size === 0) this.close(CloseCode.Forbidden, 'Token expired')
  }
}
