import type { Tx } from '@carriergraph/shared/db/pools.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import { type Outcome, ok } from '@carriergraph/shared/outcome.ts'
import { eq, or, sql } from 'drizzle-orm'
import { entriesOf, type PostableAccount, type PostingCode, type TransferOrder } from '../domain/entries.ts'
import { ledgerAccount } from './tables/ledger-account.ts'
import { ledgerEntry } from './tables/ledger-entry.ts'
import { transfer } from './tables/transfer.ts'

/**
 * The one way in which balances change. Posts a transfer with its two entries within `tx`, or refuses and writes
 * nothing. A transfer with an id that is posted already breaks the transaction: money never moves twice for one id.
 */
export type PostTransfer = (tx: Tx, order: TransferOrder) => Promise<Outcome<void, PostingCode>>

export const postTransfer: PostTransfer = async (tx, order) => {
  const accounts = await lockAccounts(tx, order)
  const outcome = entriesOf(order, accounts.get(order.sourceId), accounts.get(order.destinationId))
  if (!outcome.ok) return outcome
  await tx.insert(transfer).values(order)
  await tx.insert(ledgerEntry).values([...outcome.value])
  await tx
    .update(ledgerAccount)
    .set({
      balanceMinor: sql`${ledgerAccount.balanceMinor}
        + case when ${eq(ledgerAccount.id, order.sourceId)} then ${-order.amountMinor}::bigint else ${order.amountMinor}::bigint end`,
      lastSequence: sql`${ledgerAccount.lastSequence} + 1`,
    })
    .where(bothSides(order))
  return ok(undefined)
}

/**
 * In id order, so that two transfers between the same accounts never wait for each other in a circle. NO KEY, because
 * whoever takes on a payment holds a key share of the account by its foreign key and must not have to wait.
 */
async function lockAccounts(tx: Tx, order: TransferOrder): Promise<ReadonlyMap<Id<'led'>, PostableAccount>> {
  const rows = await tx
    .select({
      id: ledgerAccount.id,
      purpose: ledgerAccount.purpose,
      currency: ledgerAccount.currency,
      balanceMinor: ledgerAccount.balanceMinor,
      lastSequence: ledgerAccount.lastSequence,
    })
    .from(ledgerAccount)
    .where(bothSides(order))
    .orderBy(ledgerAccount.id)
    .for('no key update')
  return new Map(rows.map((row) => [row.id, row]))
}

const bothSides = ({ sourceId, destinationId }: TransferOrder) =>
  or(eq(ledgerAccount.id, sourceId), eq(ledgerAccount.id, destinationId))
