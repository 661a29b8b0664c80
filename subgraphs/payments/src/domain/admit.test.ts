import { namedId } from '@carriergraph/shared/ids.ts'
import { BALANCE_MINOR_MAX } from '@carriergraph/shared/ledger/account.ts'
import { expect, test } from 'vitest'
import { type AccountFacts, type AdmissionFacts, admit, type CardFacts, type Requester } from './admit.ts'

const ADA = namedId('usr', 'ada')
const BRUNO = namedId('usr', 'bruno')
const EUR_10 = { minor: 1_000n, currency: 'EUR' } as const

const owner: Requester = { userId: ADA, actsForOthers: false }
const stranger: Requester = { userId: BRUNO, actsForOthers: false }
const operator: Requester = { userId: BRUNO, actsForOthers: true }
const service: Requester = { userId: undefined, actsForOthers: true }
const nobody: Requester = { userId: undefined, actsForOthers: false }

const wallet = (minor: bigint, change: Partial<AccountFacts> = {}): AccountFacts => ({
  id: namedId('led', 'of ada'),
  purpose: 'WALLET',
  ownerId: ADA,
  status: 'ACTIVE',
  available: { minor, currency: 'EUR' },
  ...change,
})
const inDollars = { available: { minor: 1_000n, currency: 'USD' } } as const
const funding = wallet(5_000n, { purpose: 'FUNDING', ownerId: null })
const full = wallet(1_000n)
const frozen = wallet(999n, { status: 'FROZEN' })
const closed = wallet(0n, { status: 'CLOSED' })
const its = { id: namedId('led', 'of bruno'), ownerId: BRUNO }

const topUp = (source: AccountFacts | undefined, billingCurrency: 'EUR' | 'USD' | undefined = 'EUR') =>
  ({ source, destination: { type: 'TOP_UP', billingCurrency } }) as const
const noAccount = (source: AccountFacts | undefined): AdmissionFacts => ({
  source,
  destination: { type: 'TOP_UP', billingCurrency: undefined },
})
const transfer = (source: AccountFacts, account: AccountFacts | undefined): AdmissionFacts => ({
  source,
  destination: { type: 'TRANSFER', account },
})
const card = (change: Partial<CardFacts> = {}): CardFacts => ({ ownerId: ADA, isExpired: false, ...change })
const withdrawal = (
  source: AccountFacts | undefined,
  to: CardFacts | null | undefined = undefined,
): AdmissionFacts => ({
  source,
  destination: { type: 'WITHDRAWAL', card: to },
})
const deposit = (source: AccountFacts | undefined, from: CardFacts | null | undefined = undefined): AdmissionFacts => ({
  source,
  destination: { type: 'DEPOSIT', card: from },
})
const fee = (source: AccountFacts): AdmissionFacts => ({ source, destination: { type: 'FEE' } })

test.each<[string, Requester, AdmissionFacts]>([
  ['a top-up for its owner', owner, topUp(full)],
  ['a top-up for an operator', operator, topUp(full)],
  ['a top-up for a service', service, topUp(full)],
  ["a transfer to somebody else's wallet", owner, transfer(full, wallet(0n, its))],
  ['a transfer to another wallet of the same owner', owner, transfer(full, wallet(0n, { id: its.id }))],
  ['a fee', owner, fee(full)],
  ['a withdrawal to a bank', owner, withdrawal(full)],
  ['a withdrawal to an own card', owner, withdrawal(full, card())],
  ['a deposit into an empty wallet', owner, deposit(wallet(0n))],
  ['a deposit from an own card', owner, deposit(wallet(0n), card())],
  ["a deposit from the owner's card for an operator", operator, deposit(wallet(0n), card())],
])('takes on %s, and the owner of the wallet pays', (_, requester, facts) => {
  expect(admit(EUR_10, requester, facts)).toEqual({ ok: true, value: { payerId: ADA } })
})

test.each<[string, Requester, AdmissionFacts, string, string]>([
  ['no wallet', owner, topUp(undefined), 'LEDGER_ACCOUNT_NOT_FOUND', 'sourceAccountId'],
  ["a stranger's wish", stranger, topUp(full), 'LEDGER_ACCOUNT_NOT_FOUND', 'sourceAccountId'],
  ["nobody's wish", nobody, topUp(full), 'LEDGER_ACCOUNT_NOT_FOUND', 'sourceAccountId'],
  ["nobody's wish on no owner", nobody, topUp(funding), 'LEDGER_ACCOUNT_NOT_FOUND', 'sourceAccountId'],
  ["the operator's funding", operator, topUp(funding), 'LEDGER_ACCOUNT_NOT_FOUND', 'sourceAccountId'],
  // One after the other, each with what comes behind it.
  ['a deposit to no wallet', owner, deposit(undefined, null), 'LEDGER_ACCOUNT_NOT_FOUND', 'destinationAccountId'],
  ["a deposit to a stranger's", stranger, deposit(closed, null), 'LEDGER_ACCOUNT_NOT_FOUND', 'destinationAccountId'],
  ['a deposit from no card', owner, deposit(closed, null), 'CARD_NOT_FOUND', 'cardId'],
  [
    "an operator's wish for another's card",
    operator,
    deposit(closed, card({ ownerId: BRUNO, isExpired: true })),
    'CARD_NOT_FOUND',
    'cardId',
  ],
  ['a deposit from an old card', owner, deposit(closed, card({ isExpired: true })), 'CARD_EXPIRED', 'cardId'],
  ['a deposit to a closed wallet', owner, deposit(closed, card()), 'ACCOUNT_CLOSED', 'destinationAccountId'],
  ['a deposit to a frozen wallet', owner, deposit(frozen, card()), 'ACCOUNT_FROZEN', 'destinationAccountId'],
  ['a withdrawal from a frozen wallet', owner, withdrawal(frozen, card()), 'ACCOUNT_FROZEN', 'sourceAccountId'],
  ['a withdrawal of more than there is', owner, withdrawal(wallet(999n), card()), 'INSUFFICIENT_FUNDS', 'amount'],
  ['no billing account', owner, noAccount(full), 'BILLING_ACCOUNT_NOT_FOUND', 'billingAccountId'],
  ['no wallet to send to', owner, transfer(full, undefined), 'LEDGER_ACCOUNT_NOT_FOUND', 'destinationAccountId'],
  [
    "the operator's account to send to",
    owner,
    transfer(full, { ...funding, id: its.id }),
    'LEDGER_ACCOUNT_NOT_FOUND',
    'destinationAccountId',
  ],
  ['the wallet itself', owner, transfer(full, full), 'ACCOUNTS_SAME', 'destinationAccountId'],
  ['a wallet in USD', owner, topUp(wallet(0n, inDollars)), 'CURRENCY_MISMATCH', 'amount'],
  ['billing in USD', owner, topUp(full, 'USD'), 'CURRENCY_MISMATCH', 'amount'],
  ['both in USD', owner, topUp(wallet(0n, inDollars), 'USD'), 'CURRENCY_MISMATCH', 'amount'],
  [
    'a wallet in USD to send to',
    owner,
    transfer(full, wallet(0n, { ...its, ...inDollars })),
    'CURRENCY_MISMATCH',
    'amount',
  ],
  ['a fee from a wallet in USD', owner, fee(wallet(0n, inDollars)), 'CURRENCY_MISMATCH', 'amount'],
  ['a closed wallet', owner, topUp(closed), 'ACCOUNT_CLOSED', 'sourceAccountId'],
  ['a frozen wallet', owner, fee(frozen), 'ACCOUNT_FROZEN', 'sourceAccountId'],
  [
    'a closed wallet to send to',
    owner,
    transfer(full, { ...closed, ...its }),
    'ACCOUNT_CLOSED',
    'destinationAccountId',
  ],
  [
    'a frozen wallet to send to',
    owner,
    transfer(full, { ...frozen, ...its }),
    'ACCOUNT_FROZEN',
    'destinationAccountId',
  ],
  ['one cent too little', owner, topUp(wallet(999n)), 'INSUFFICIENT_FUNDS', 'amount'],
  // Precedence, where more than one applies.
  ['no wallet before no billing account', owner, noAccount(undefined), 'LEDGER_ACCOUNT_NOT_FOUND', 'sourceAccountId'],
  ['no billing account before no funds', owner, noAccount(wallet(0n)), 'BILLING_ACCOUNT_NOT_FOUND', 'billingAccountId'],
  ['the same wallet before its status', owner, transfer(frozen, frozen), 'ACCOUNTS_SAME', 'destinationAccountId'],
  ['currency before its status', owner, topUp(frozen, 'USD'), 'CURRENCY_MISMATCH', 'amount'],
  ['closed before frozen', owner, transfer(frozen, { ...closed, ...its }), 'ACCOUNT_CLOSED', 'destinationAccountId'],
  ['status before funds', owner, fee(frozen), 'ACCOUNT_FROZEN', 'sourceAccountId'],
])('refuses %s', (_, requester, facts, code, field) => {
  const refused = admit(EUR_10, requester, facts)
  expect(refused).toMatchObject({ ok: false, code })
  expect(refused.ok ? '' : refused.field?.[0]).toBe(field)
})

test('more than an account can hold is refused, whoever may overdraw so far, and as much as it can is not', () => {
  const most = { minor: BALANCE_MINOR_MAX, currency: 'EUR' } as const
  expect(admit(most, owner, deposit(wallet(0n)))).toMatchObject({ ok: true })
  const more = { ...most, minor: BALANCE_MINOR_MAX + 1n }
  expect(admit(more, owner, deposit(wallet(0n)))).toMatchObject({ code: 'AMOUNT_TOO_LARGE', field: ['amount'] })
  expect(admit(more, owner, deposit(frozen))).toMatchObject({ code: 'ACCOUNT_FROZEN' })
  expect(admit(more, owner, fee(wallet(more.minor)))).toMatchObject({ code: 'AMOUNT_TOO_LARGE' })
  expect(admit(more, owner, fee(wallet(most.minor)))).toMatchObject({ code: 'INSUFFICIENT_FUNDS' })
})

test("a stranger's wallet and one that does not exist are answered alike", () => {
  expect(admit(EUR_10, stranger, topUp(wallet(0n)))).toEqual(admit(EUR_10, stranger, topUp(undefined)))
})
