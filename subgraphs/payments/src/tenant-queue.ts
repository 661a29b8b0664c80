/** Of one tenant that wait in this process. Whoever adds more finds them in the database, a little later. */
export const WAITING_MAX = 10_000

type OfTenant<Item> = { readonly waiting: Item[]; busy: number }

type Options<Item> = {
  /** Of one tenant at one time. */
  readonly atOnce: number
  /** Does not fail. */
  readonly work: (item: Item) => Promise<void>
}

/** What waits to be done, of each tenant for itself and in its order: one with much to do holds up no other. */
export class TenantQueue<Item extends { readonly tenant: string }> {
  readonly #byTenant = new Map<string, OfTenant<Item>>()
  readonly #underWay = new Set<Promise<void>>()
  readonly #options: Options<Item>
  #isStopping = false

  constructor(options: Options<Item>) {
    this.#options = options
  }

  /** @returns whether there was room for it */
  add(item: Item): boolean {
    const queue = this.#byTenant.get(item.tenant) ?? { waiting: [], busy: 0 }
    this.#byTenant.set(item.tenant, queue)
    if (this.#isStopping || queue.waiting.length >= WAITING_MAX) return false
    queue.waiting.push(item)
    return true
  }

  /** Begins what waits, a few of each tenant at once. */
  begin(): void {
    for (const queue of this.#byTenant.values())
      while (queue.waiting.length > 0 && queue.busy < this.#options.atOnce && !this.#isStopping) {
        const done = this.#work(queue).finally(() => this.#underWay.delete(done))
        this.#underWay.add(done)
      }
  }

  /** Resolves when nothing is being done any more, nor waits for what is. */
  async idle(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay)
  }

  /** Resolves when what is being done has been. What waits is not begun. */
  async stop(): Promise<void> {
    this.#isStopping = true
    await this.idle()
  }

  async #work(queue: OfTenant<Item>): Promise<void> {
    queue.busy += 1
    for (let next = queue.waiting.shift(); next !== undefined; next = queue.waiting.shift()) {
      await this.#options.work(next)
      if (this.#isStopping) break
    }
    queue.busy -= 1
  }
}
