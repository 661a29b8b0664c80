import type { Id } from '@carriergraph/shared/ids.ts'
import { availableMinor, BALANCE_MINOR_MAX, type LedgerAccount } from '@carriergraph/shared/ledger/account.ts'
import type { PostingCode } from '@carriergraph/shared/ledger/posting-code.ts'

/** What was to be moved, and between whom. Undefined accounts are not there. */
export type RefusedMovement = {
  readonly debitAccountId: Id<'led'>
  readonly creditAccountId: Id<'led'>
  readonly debit: LedgerAccount | undefined
  readonly credit: LedgerAccount | undefined
  readonly amountMinor: bigint
}

/**
 * Which of the two accounts of a transfer the ledger refused, by how they stand now. Where neither is as the code says any more,
 * or both are, it is the one that is taken from.
 */
export function accountAtFault(code: PostingCode, movement: RefusedMovement): Id<'led'> {
  const { debit, credit, debitAccountId, creditAccountId } = movement
  if (code === 'CREDIT_ACCOUNT_NOT_FOUND') return creditAccountId
  if (debit === undefined || credit === undefined) return debitAccountId
  const isAtFault = FAULTS[code]
  if (isAtFault === undefined || isAtFault(debit, 'DEBIT', movement)) return debitAccountId
  return isAtFault(credit, 'CREDIT', movement) ? creditAccountId : debitAccountId
}

type IsAtFault = (account: LedgerAccount, side: 'DEBIT' | 'CREDIT', movement: RefusedMovement) => boolean

const FAULTS: Partial<Readonly<Record<PostingCode, IsAtFault>>> = {
  ACCOUNT_CLOSED: ({ status }) => status === 'CLOSED',
  ACCOUNT_FROZEN: ({ status }) => status === 'FROZEN',
  // What is taken from an account that grows by debits is taken by a credit.
  INSUFFICIENT_FUNDS: (account, side, { amountMinor }) =>
    account.normalSide !== side && availableMinor(account) < amountMinor,
  BALANCE_LIMIT_EXCEEDED: ({ balanceMinor }, side, { amountMinor }) =>
    (side === 'DEBIT' ? amountMinor - balanceMinor : balanceMinor + amountMinor) > BALANCE_MINOR_MAX,
}
