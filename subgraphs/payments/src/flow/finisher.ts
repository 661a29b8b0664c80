import { withCorrelation } from '@carriergraph/shared/correlation.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import type { Books } from '@carriergraph/shared/ledger/ledgers.ts'
import type { Log } from '@carriergraph/shared/log.ts'

/** What drives something on by its id. */
type Resumes<P extends string> = { resume(books: Books, id: Id<P>): Promise<unknown> }

/**
 * Drives payments, or remittances, on that an event has moved, right after its transaction and beside the next one's. What it does not get
 * to, because it stops or dies, the sweeper does.
 */
export class Finisher<P extends string> {
  readonly #flow: Resumes<P>
  readonly #log: Log
  readonly #underWay = new Set<Promise<void>>()
  #isStopping = false

  constructor({ flow, log }: { flow: Resumes<P>; log: Log }) {
    this.#flow = flow
    this.#log = log
  }

  soon(books: Books, id: Id<P>): void {
    if (this.#isStopping) return
    const finished = withCorrelation(undefined, () => this.#finish(books, id)).finally(() => {
      this.#underWay.delete(finished)
    })
    this.#underWay.add(finished)
  }

  start(): void {}

  /** Resolves when what was under way has ended. */
  async idle(): Promise<void> {
    await Promise.all(this.#underWay)
  }

  /** Resolves when nothing is under way any more. */
  async stop(): Promise<void> {
    this.#isStopping = true
    await this.idle()
  }

  async #finish(books: Books, id: Id<P>): Promise<void> {
    try {
      await this.#flow.resume(books, id)
    } catch (error) {
      this.#log.error({ err: error, subject: id, tenant: books.tenant }, 'could not drive it on yet')
    }
  }
}
