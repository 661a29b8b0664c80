import { withCorrelation } from '@carriergraph/shared/correlation.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import type { Books } from '@carriergraph/shared/ledger/ledgers.ts'
import type { Log } from '@carriergraph/shared/log.ts'
import { TenantQueue } from '../tenant-queue.ts'

/** What drives something on by its id. */
type Resumes<P extends string> = { resume(books: Books, id: Id<P>): Promise<unknown> }

/**
 * Of one tenant at one time: as many as events have their effects in one transaction. Their steps share transactions, and whoever
 * asks meanwhile waits behind so many, and not behind thousands, for one of the tenant's connections.
 */
export const FINISHING_MAX = 20

/**
 * Drives payments, or remittances, on that an event has moved, right after its transaction and beside the next one's. What it
 * does not get to, because it stops or dies or too many wait, the sweeper does.
 */
export class Finisher<P extends string> {
  readonly #flow: Resumes<P>
  readonly #log: Log
  readonly #queue = new TenantQueue<Books & { readonly id: Id<P> }>({
    atOnce: FINISHING_MAX,
    work: ({ id, ...books }) => withCorrelation(undefined, () => this.#finish(books, id)),
  })

  constructor({ flow, log }: { flow: Resumes<P>; log: Log }) {
    this.#flow = flow
    this.#log = log
  }

  soon(books: Books, id: Id<P>): void {
    if (this.#queue.add({ ...books, id })) this.#queue.begin()
  }

  start(): void {}

  /** Resolves when nothing is under way any more, nor waits. */
  idle(): Promise<void> {
    return this.#queue.idle()
  }

  /** Resolves when nothing is under way any more. What waits is not begun. */
  stop(): Promise<void> {
    return this.#queue.stop()
  }

  async #finish(books: Books, id: Id<P>): Promise<void> {
    try {
      await this.#flow.resume(books, id)
    } catch (error) {
      this.#log.error({ err: error, subject: id, tenant: books.tenant }, 'could not drive it on yet')
    }
  }
}
