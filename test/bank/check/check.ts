import type { Database } from '@carriergraph/shared/db/pools.ts'
import { trialBalance } from '@carriergraph/shared/ledger/trial-balance.ts'
import { verifyLedger } from '@carriergraph/shared/ledger/verify/verify.ts'
import { checkAnswers } from './answers.ts'
import { type Asked, readAsked } from './asked.ts'
import { checkBalances } from './balances.ts'
import { type Books, readBooks } from './books.ts'
import { checkPayments } from './payments.ts'
import type { SealWitness } from './seal-witness.ts'
import { Violations } from './violation.ts'

export type Verdict = {
  readonly asked: Asked
  readonly books: Books
  /** Seals that were computed anew. */
  readonly seals: number
  readonly violations: Violations
}

export type CheckOptions = {
  readonly tenant: string
  /** Files. */
  readonly journals: readonly string[]
  readonly witness: SealWitness
}

/** Holds what the clients wrote down against the books of a tenant, when nobody posts there. */
export async function check(database: Database, { tenant, journals, witness }: CheckOptions): Promise<Verdict> {
  const violations = new Violations()
  const asked = await readAsked(journals)
  const books = await readBooks(database, tenant)
  checkAnswers(asked, books, violations)
  checkBalances(books, violations)
  checkPayments(asked, books, violations)
  const { faults, seals } = await verifyLedger(database, { tenant })
  for (const { code, about } of faults) violations.add('LEDGER_FAULT', `${code} ${about}`)
  const lines = Map.groupBy(await trialBalance(database.forTenant(tenant)), ({ currency }) => currency)
  for (const [currency, each] of lines)
    if (each.reduce((sum, { debitMinor, creditMinor }) => sum + debitMinor - creditMinor, 0n) !== 0n)
      violations.add('TRIAL_BALANCE', `${tenant} in ${currency}`)
  await witness.look(violations)
  return { asked, books, seals, violations }
}
