import type { Database } from '@carriergraph/shared/db/pools.ts'
import type { Violations } from './violation.ts'

/** Remembers each seal of the ledger from when it was first seen, as a log elsewhere would. */
export class SealWitness {
  readonly #database: Database
  readonly #seen = new Map<string, string>()

  constructor(database: Database) {
    this.#database = database
  }

  /** @param violations where it says which of those seen before are gone or changed */
  async look(violations: Violations): Promise<void> {
    const rows = await this.#database.sql.system<{ seal: string; hash: string }[]>`
      select tenant_id || ' ' || ordinal as seal, encode(hash, 'hex') as hash from ledger_seal`
    const now = new Map(rows.map(({ seal, hash }) => [seal, hash]))
    for (const [seal, hash] of this.#seen) if (now.get(seal) !== hash) violations.add('SEAL_CHANGED', seal)
    for (const [seal, hash] of now) this.#seen.set(seal, hash)
  }
}
