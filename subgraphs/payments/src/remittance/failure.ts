import type { PostingCode } from '@carriergraph/shared/ledger/posting-code.ts'

/** Why a remittance that was taken on came to nothing, or came back. Of what compliance found, its sender learns no more. */
export const FAILURES = {
  IDENTITY_NOT_VERIFIED: 'The identity of the sender has to be verified first.',
  NOT_POSSIBLE: 'The remittance cannot be carried out.',
  DECISION_OVERDUE: 'Nobody decided on it before its rate was too old. Ask for another quote.',
  INSUFFICIENT_FUNDS: 'The wallet has less available than what is debited.',
  ACCOUNT_CLOSED: 'The wallet, or an account that the money goes by, is closed.',
  ACCOUNT_FROZEN: 'The wallet, or an account that the money goes by, is frozen.',
  BALANCE_LIMIT_EXCEEDED: 'An account that the money goes to cannot hold that much.',
  REJECTED_BY_RAIL: 'The bank did not carry it; the sender has all of it back.',
  RETURNED_BY_BANK: 'The bank of the beneficiary sent it back; the sender has all of it back.',
  RECALLED: 'It was taken back before it was carried out; the sender has all of it back.',
} as const

export type FailureCode = keyof typeof FAILURES
export const FAILURE_CODES = Object.keys(FAILURES) as readonly FailureCode[]

export type RemittanceFailure = { readonly code: FailureCode; readonly message: string }

export const failureOf = (code: FailureCode): RemittanceFailure => ({ code, message: FAILURES[code] })

/** What the ledger may answer to a debit: others used the accounts since it was taken on. */
export const LEDGER_FAILURES = [
  'INSUFFICIENT_FUNDS',
  'ACCOUNT_CLOSED',
  'ACCOUNT_FROZEN',
  'BALANCE_LIMIT_EXCEEDED',
] as const satisfies readonly (PostingCode & FailureCode)[]
