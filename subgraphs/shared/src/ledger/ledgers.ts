import type { Clock } from '../clock.ts'
import { databaseOf, type TenantDb } from '../db/pools.ts'
import { Ledger } from './ledger.ts'

/** Whose books: a tenant by name, and its connections. */
export type Books = { readonly tenant: string; readonly db: TenantDb }

/**
 * The ledgers of a process, one for each tenant's connections: two of the same tenant would wait for each other's locks
 * where one makes a batch of what both want.
 */
export class Ledgers {
  readonly #now: Clock
  readonly #ledgers = new Map<TenantDb, Ledger>()

  constructor(now: Clock) {
    this.#now = now
  }

  of({ tenant, db }: Books): Ledger {
    const known = this.#ledgers.get(db)
    if (known !== undefined) return known
    const ledger = new Ledger({ database: databaseOf(db), tenant, now: this.#now })
    this.#ledgers.set(db, ledger)
    return ledger
  }

  /** Resolves when everything that was asked for is answered: before the database is closed. */
  async drained(): Promise<void> {
    await Promise.all(this.#ledgers.values().map((ledger) => ledger.drained()))
  }
}
