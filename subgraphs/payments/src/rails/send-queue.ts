import type { Registered } from './rails.ts'

/** Instructions of one tenant that wait to be sent by this process. Beyond that they are found in the table, a little later. */
const WAITING_MAX = 10_000
/** A tenant has eight connections, and clients need some of them. */
const SENT_AT_ONCE = 4

type OfTenant = { readonly waiting: Registered[]; busy: number }

/** What waits to be sent, of each tenant for itself: one with much to send holds up no other. */
export class SendQueue {
  readonly #byTenant = new Map<string, OfTenant>()
  readonly #underWay = new Set<Promise<void>>()
  readonly #send: (registered: Registered) => Promise<void>
  #isStopping = false

  /** @param send does not fail */
  constructor(send: (registered: Registered) => Promise<void>) {
    this.#send = send
  }

  /** @returns whether there was room for it */
  add(registered: Registered): boolean {
    const { tenant } = registered
    const queue = this.#byTenant.get(tenant) ?? { waiting: [], busy: 0 }
    this.#byTenant.set(tenant, queue)
    if (this.#isStopping || queue.waiting.length >= WAITING_MAX) return false
    queue.waiting.push(registered)
    return true
  }

  /** Begins to send what waits, a few of each tenant at once. */
  begin(): void {
    for (const queue of this.#byTenant.values())
      while (queue.waiting.length > 0 && queue.busy < SENT_AT_ONCE && !this.#isStopping) {
        const done = this.#work(queue).finally(() => this.#underWay.delete(done))
        this.#underWay.add(done)
      }
  }

  /** Resolves when nothing is being sent any more. */
  async idle(): Promise<void> {
    await Promise.all(this.#underWay)
  }

  /** Resolves when what is being sent has been. */
  async stop(): Promise<void> {
    this.#isStopping = true
    await this.idle()
  }

  async #work(queue: OfTenant): Promise<void> {
    queue.busy += 1
    for (let next = queue.waiting.shift(); next !== undefined; next = queue.waiting.shift()) {
      await this.#send(next)
      if (this.#isStopping) break
    }
    queue.busy -= 1
  }
}
