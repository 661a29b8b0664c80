import { newId } from '@carriergraph/shared/ids.ts'
import { BALANCE_MINOR_MAX, type LedgerAccount } from '@carriergraph/shared/ledger/account.ts'
import type { PostingCode } from '@carriergraph/shared/ledger/posting-code.ts'
import { expect, test } from 'vitest'
import { accountAtFault } from './account-at-fault.ts'

const account = (more: Partial<LedgerAccount> = {}): LedgerAccount => ({
  id: newId('led'),
  ownerId: null,
  purpose: 'FUNDING',
  currency: 'EUR',
  normalSide: 'CREDIT',
  status: 'ACTIVE',
  balanceMinor: 100n,
  heldMinor: 0n,
  floorMinor: 0n,
  lastSequence: 1n,
  createdAt: new Date(0),
  ...more,
})

const FROZEN = account({ status: 'FROZEN' })
const CLOSED = account({ status: 'CLOSED' })
const SPENT = account({ balanceMinor: 59n })
/** It grows by debits, so that a credit takes from it. */
const SPENT_ASSET = account({ normalSide: 'DEBIT', balanceMinor: -59n })
const FULL = account({ balanceMinor: BALANCE_MINOR_MAX, floorMinor: null })
const EMPTIED = account({ balanceMinor: -BALANCE_MINOR_MAX, floorMinor: null })

test.each<[PostingCode, LedgerAccount | undefined, LedgerAccount | undefined, 'DEBIT' | 'CREDIT']>([
  ['ACCOUNT_FROZEN', FROZEN, account(), 'DEBIT'],
  ['ACCOUNT_FROZEN', account(), FROZEN, 'CREDIT'],
  ['ACCOUNT_FROZEN', FROZEN, FROZEN, 'DEBIT'],
  ['ACCOUNT_CLOSED', FROZEN, CLOSED, 'CREDIT'],
  ['ACCOUNT_CLOSED', CLOSED, FROZEN, 'DEBIT'],
  ['INSUFFICIENT_FUNDS', SPENT, account(), 'DEBIT'],
  ['INSUFFICIENT_FUNDS', account(), SPENT_ASSET, 'CREDIT'],
  ['INSUFFICIENT_FUNDS', account(), SPENT, 'DEBIT'],
  ['BALANCE_LIMIT_EXCEEDED', account(), FULL, 'CREDIT'],
  ['BALANCE_LIMIT_EXCEEDED', EMPTIED, account(), 'DEBIT'],
  // Thawed since.
  ['ACCOUNT_FROZEN', account(), account(), 'DEBIT'],
  ['CREDIT_ACCOUNT_NOT_FOUND', account(), undefined, 'CREDIT'],
  ['DEBIT_ACCOUNT_NOT_FOUND', undefined, account(), 'DEBIT'],
])('%s is of the account that is so, of the two of a transfer', (code, debit, credit, side) => {
  const [debitAccountId, creditAccountId] = [debit?.id ?? newId('led'), credit?.id ?? newId('led')]
  const named = accountAtFault(code, { debitAccountId, creditAccountId, debit, credit, amountMinor: 60n })
  expect(named === debitAccountId ? 'DEBIT' : 'CREDIT').toBe(side)
})
