import { StatementFault } from '../fault.ts'
import type { Leaf } from './elements.ts'
import type { EntryHead } from './entry.ts'
import type { Scope } from './scope.ts'
import type { Transaction } from './transaction.ts'

/** Transactions that stand together in an entry (NtryDtls), with what it says of them as a batch. */
export type Batch = {
  readonly messageId: string | undefined
  readonly paymentInformationId: string | undefined
  /** How many there are. */
  readonly stated: Leaf | undefined
  readonly transactions: readonly Transaction[]
}

/** Max15NumericText. */
const COUNT = /^\d{1,15}$/

export const readBatch = (details: Scope, transactions: readonly Transaction[]): Batch => ({
  messageId: details.text('Btch/MsgId'),
  paymentInformationId: details.text('Btch/PmtInfId'),
  stated: details.find('Btch/NbOfTxs'),
  transactions,
})

/**
 * Holds the number of transactions that a batch states against those that are there. Banks may tell none of them, or one
 * that is their sum; some state all of an entry in the first of its batches.
 * @throws StatementFault VALUE_INVALID or TOTALS_MISMATCH
 */
export function checkBatches(batches: readonly Batch[], { amount }: EntryHead): void {
  const all = batches.reduce((count, { transactions }) => count + transactions.length, 0)
  for (const { stated, transactions } of batches) {
    if (stated === undefined) continue
    if (!COUNT.test(stated.text))
      throw new StatementFault('VALUE_INVALID', 'NbOfTxs is no number of transactions.', stated.position)
    const [first, second] = transactions
    if (first === undefined || [transactions.length, all].includes(Number(stated.text))) continue
    const mayBeSum = all > 1 || first.amount === undefined || first.amount.minor === amount.minor
    if (second === undefined && mayBeSum) continue
    const message = `The batch says ${Number(stated.text)} transactions; there are ${transactions.length}.`
    throw new StatementFault('TOTALS_MISMATCH', message, stated.position)
  }
}
