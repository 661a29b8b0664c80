import type { Tx } from '@carriergraph/shared/db/pools.ts'
import type { Books } from '@carriergraph/shared/ledger/ledgers.ts'
import type { InstructionChange } from './drive.ts'

/**
 * What whoever gave an instruction does about a change of it, in the transaction of the change. Each change is told once.
 * What takes longer, or has effects elsewhere, belongs behind the commit (`afterCommit`).
 */
export type OnRailNews = (tx: Tx, change: InstructionChange, books: Books) => Promise<void>

/** Who gives instructions, by the type prefix of the ids in their `reference`. */
export class RailNews {
  readonly #byPrefix = new Map<string, OnRailNews>()

  /** @param prefix of a typed id: `pay` for `pay_…` */
  register(prefix: string, onNews: OnRailNews): void {
    if (this.#byPrefix.has(prefix)) throw new Error(`Two want the news of ${prefix}_….`)
    this.#byPrefix.set(prefix, onNews)
  }

  /**
   * Tells a change to whoever gave the instruction.
   * @throws Error where nobody is registered: the change is then not stored, for a process that knows to whom it goes
   */
  async tell(tx: Tx, change: InstructionChange, books: Books): Promise<void> {
    const { reference, id } = change.after.instruction
    const onNews = this.#byPrefix.get(reference.slice(0, reference.indexOf('_')))
    if (onNews === undefined) throw new Error(`Nobody here gives instructions such as ${id}, for ${reference}.`)
    await onNews(tx, change, books)
  }
}
