/**
 * Why a transfer is refused. The first that applies is the answer: the order is part of the contract, and the same on
 * every path. LINKED_TRANSFER_FAILED is what the others of a chain get when one of it is refused.
 */
export const POSTING_REFUSALS = {
  IDEMPOTENCY_KEY_REUSED: 'This id was used for another transfer. Choose a new one.',
  LINKED_TRANSFER_FAILED: 'Another transfer of the same chain was refused, so none of it was posted.',
  AMOUNT_NOT_POSITIVE: 'The amount must be above zero.',
  AMOUNT_TOO_LARGE: 'The amount is beyond what an account can hold.',
  ACCOUNTS_SAME: 'A transfer needs two different accounts.',
  EXPIRY_NOT_IN_FUTURE: 'A pending transfer must expire in the future.',
  PENDING_NOT_FOUND: 'There is no such pending transfer.',
  NOT_PENDING: 'The transfer is not a pending one.',
  PENDING_NOT_EXPIRED: 'The pending transfer has not expired yet.',
  EXCEEDS_PENDING_AMOUNT: 'The amount is above what the pending transfer holds.',
  PENDING_ALREADY_POSTED: 'The pending transfer was posted already.',
  PENDING_ALREADY_VOIDED: 'The pending transfer was voided already.',
  PENDING_EXPIRED: 'The pending transfer has expired.',
  TRANSFER_NOT_FOUND: 'There is no such transfer to reverse.',
  TRANSFER_NOT_REVERSIBLE: 'Only a posted transfer that is no reversal itself can be reversed.',
  TRANSFER_ALREADY_REVERSED: 'The transfer was reversed already.',
  DEBIT_ACCOUNT_NOT_FOUND: 'There is no such account to debit.',
  CREDIT_ACCOUNT_NOT_FOUND: 'There is no such account to credit.',
  CURRENCY_MISMATCH: 'Both accounts must be in the currency of the transfer.',
  ACCOUNT_CLOSED: 'One of the accounts is closed.',
  ACCOUNT_FROZEN: 'One of the accounts is frozen.',
  BALANCE_LIMIT_EXCEEDED: 'A balance would go beyond what an account can hold.',
  INSUFFICIENT_FUNDS: 'The account does not have that amount available.',
} as const

export type PostingCode = keyof typeof POSTING_REFUSALS

/** Those that need nothing but the order, what it refers to and the time. */
export type PreparationCode = Extract<
  PostingCode,
  | 'AMOUNT_NOT_POSITIVE'
  | 'AMOUNT_TOO_LARGE'
  | 'ACCOUNTS_SAME'
  | 'EXPIRY_NOT_IN_FUTURE'
  | 'PENDING_NOT_FOUND'
  | 'NOT_PENDING'
  | 'PENDING_NOT_EXPIRED'
  | 'EXCEEDS_PENDING_AMOUNT'
  | 'TRANSFER_NOT_FOUND'
  | 'TRANSFER_NOT_REVERSIBLE'
>
