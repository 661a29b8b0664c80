import type { TenantDb, Tx } from '@carriergraph/shared/db/pools.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { newId } from '@carriergraph/shared/ids.ts'
import { type Outcome, ok, refuse } from '@carriergraph/shared/outcome.ts'
import { accountKey } from './counterparty-account.ts'
import {
  type ExpectedBankMovement,
  ensureReconciledAccount,
  findExpectedBySource,
  insertExpectedMovements,
  lockSources,
} from './db/expected-movements.ts'
import { lookupOf, referenceKey } from './matching/movement.ts'

/** Movements that are expected by one call. */
export const EXPECTED_MAX = 500
/** As many references as one payment has: end-to-end id, creditor references, document numbers. */
export const EXPECTED_REFERENCES_MAX = 10

export type MovementToExpect = Omit<ExpectedBankMovement, 'id' | 'account' | 'createdAt'>

type ToExpect = {
  readonly account: string
  readonly movements: readonly MovementToExpect[]
  readonly now: Date
}

type Expected = Outcome<ExpectedBankMovement[], 'SOURCE_REUSED'>

/**
 * Remembers movements that the books have on a bank account, and that its statements are to show. The same source is
 * expected once; all are remembered, or none.
 */
export const expectMovements = (db: TenantDb, toExpect: ToExpect): Promise<Expected> =>
  inTransaction(db, (tx) => expectWithin(tx, toExpect))

/** The same in the transaction of whoever books it. */
export async function expectWithin(tx: Tx, { account, movements, now }: ToExpect): Promise<Expected> {
  const wanted = movements.map((movement) => {
    const references = [...new Set(movement.references.map(referenceKey).filter((key) => key !== ''))]
    const counterparty = movement.counterparty === null ? null : accountKey(movement.counterparty)
    const lookup = lookupOf(references)
    return { ...movement, references, counterparty, lookup, id: newId('exm', now), account, createdAt: now }
  })
  const sources = wanted.map(({ source }) => source)
  await lockSources(tx, account)
  const known = await findExpectedBySource(tx, account, sources)
  const conflict = conflictOf(wanted, known)
  if (conflict !== undefined) return reused(conflict)
  const bySource = new Map<string, ExpectedBankMovement>(known.map((movement) => [movement.source, movement]))
  const missing = wanted.filter((movement) => {
    const isMissing = !bySource.has(movement.source)
    if (isMissing) bySource.set(movement.source, movement)
    return isMissing
  })
  if (missing.length > 0) {
    await ensureReconciledAccount(tx, account, now)
    await insertExpectedMovements(tx, missing)
  }
  return ok(sources.flatMap((source) => bySource.get(source) ?? []))
}

const reused = (place: number) =>
  refuse('SOURCE_REUSED', 'The source was given for another movement.', ['movements', String(place), 'source'])

/** The place of the first whose source stands for something else, stored or earlier in the list. */
function conflictOf(wanted: readonly MovementToExpect[], stored: readonly MovementToExpect[]): number | undefined {
  const bySource = new Map(stored.map((movement) => [movement.source, contentOf(movement)]))
  for (const [place, movement] of wanted.entries()) {
    const content = contentOf(movement)
    const known = bySource.get(movement.source)
    if (known !== undefined && known !== content) return place
    bySource.set(movement.source, content)
  }
  return undefined
}

const contentOf = ({ references, amountMinor, currency, expectedOn, feeMinor, counterparty }: MovementToExpect) =>
  JSON.stringify([[...references].sort(), String(amountMinor), currency, expectedOn, String(feeMinor), counterparty])
