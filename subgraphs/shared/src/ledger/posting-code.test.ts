import { afterAll, beforeAll, expect, test } from 'vitest'
import { inTransaction } from '../db/transaction.ts'
import { type Id, newId } from '../ids.ts'
import { type AccountStatus, BALANCE_MINOR_MAX } from './account.ts'
import { setAccountStatus } from './accounts.ts'
import type { Ledger } from './ledger.ts'
import {
  minutesAfter,
  NOON,
  ofPending,
  pending,
  reversal,
  setBooks,
  single,
  type TestBooks,
} from './ledger-for-tests.ts'
import type { PostingCode } from './posting-code.ts'
import type { TransferOrder } from './transfer.ts'

let books: TestBooks
let stage: Awaited<ReturnType<typeof setStage>>
beforeAll(async () => {
  books = await setBooks()
  stage = await setStage()
})
afterAll(() => books[Symbol.asyncDispose]())

const setStatus = (id: Id<'led'>, status: AccountStatus) =>
  inTransaction(books.database.forTenant('demo'), (tx) => setAccountStatus(tx, id, status))

const accepted = async (ledger: Ledger, order: TransferOrder) => {
  expect(await ledger.post(order)).toMatchObject({ ok: true })
  return order
}

/** Accounts and transfers in every state that a refusal is about. */
async function setStage() {
  const early = books.ledger({ now: () => minutesAfter(-10) })
  const [bank, wallet, poor, frozen, closed, full, dollars] = await Promise.all([
    books.open({ normalSide: 'DEBIT', floorMinor: null, purpose: 'FUNDING' }),
    books.open(),
    books.open(),
    books.open(),
    books.open(),
    books.open(),
    books.open({ currency: 'USD' }),
  ])
  await accepted(early, single(bank, wallet, 1_000n))
  await accepted(early, single(bank, full, BALANCE_MINOR_MAX / 2n))
  const posted = await accepted(early, pending(wallet, poor, 10n))
  const voided = await accepted(early, pending(wallet, poor, 10n))
  const expired = await accepted(early, pending(wallet, poor, 10n, minutesAfter(-5)))
  const overdue = await accepted(early, pending(wallet, poor, 10n, minutesAfter(-5)))
  const postedInTime = await accepted(early, pending(wallet, poor, 10n, minutesAfter(-5)))
  const voidedInTime = await accepted(early, pending(wallet, poor, 10n, minutesAfter(-5)))
  const open = await accepted(early, pending(wallet, poor, 10n))
  const openToFrozen = await accepted(early, pending(wallet, frozen, 10n))
  const reversed = await accepted(early, single(bank, wallet, 5n))
  const irreversible = await accepted(early, reversal(reversed))
  const spent = await accepted(early, single(bank, poor, 7n))
  await accepted(early, single(poor, wallet, 7n))
  await accepted(early, ofPending('POST_PENDING', posted, 0n + 1n))
  await accepted(early, ofPending('POST_PENDING', postedInTime, 1n))
  await accepted(early, single(poor, wallet, 2n))
  await accepted(early, ofPending('VOID_PENDING', voided))
  await accepted(early, ofPending('VOID_PENDING', voidedInTime))
  await accepted(books.ledger(), ofPending('EXPIRE_PENDING', expired))
  await Promise.all([setStatus(frozen, 'FROZEN'), setStatus(closed, 'CLOSED')])
  const transfers = {
    posted,
    voided,
    postedInTime,
    voidedInTime,
    expired,
    overdue,
    open,
    openToFrozen,
    reversed,
    irreversible,
    spent,
  }
  return { bank, wallet, poor, frozen, closed, full, dollars, missing: newId('led'), ...transfers }
}

type Stage = typeof stage
const unknown = { id: newId('tfr') }

const postingInDollars = ({ id: pendingId }: Pick<TransferOrder, 'id'>, amountMinor: bigint): TransferOrder => ({
  kind: 'POST_PENDING',
  id: newId('tfr'),
  reference: 'test',
  pendingId,
  amountMinor,
  currency: 'USD',
})

// Each order has the fault that is named, and where it can another that is checked later.
const TABLE: [code: PostingCode | 'POSTED', what: string, order: (stage: Stage) => TransferOrder][] = [
  ['IDEMPOTENCY_KEY_REUSED', 'a known id, an amount of zero', (s) => single(s.bank, s.bank, 0n, { id: s.spent.id })],
  ['AMOUNT_NOT_POSITIVE', 'zero, to itself', (s) => single(s.wallet, s.wallet, 0n)],
  ['AMOUNT_NOT_POSITIVE', 'below zero, an unknown pending', () => ofPending('POST_PENDING', unknown, -1n)],
  ['AMOUNT_TOO_LARGE', 'beyond a bigint, to itself', (s) => single(s.wallet, s.wallet, 2n ** 80n)],
  ['ACCOUNTS_SAME', 'to itself, unknown', (s) => single(s.missing, s.missing, 1n)],
  ['ACCOUNTS_SAME', 'held for itself, expired', (s) => pending(s.wallet, s.wallet, 1n, NOON)],
  ['EXPIRY_NOT_IN_FUTURE', 'expires now, from an unknown account', (s) => pending(s.missing, s.wallet, 1n, NOON)],
  ['PENDING_NOT_FOUND', 'posts what is not there', () => ofPending('POST_PENDING', unknown)],
  ['PENDING_NOT_FOUND', 'voids what is not there', () => ofPending('VOID_PENDING', unknown)],
  ['NOT_PENDING', 'posts more than what is no pending transfer', (s) => ofPending('POST_PENDING', s.spent, 99n)],
  ['PENDING_NOT_EXPIRED', 'expires too early', (s) => ofPending('EXPIRE_PENDING', s.open)],
  ['EXCEEDS_PENDING_AMOUNT', 'posts too much of a posted one', (s) => ofPending('POST_PENDING', s.posted, 11n)],
  ['PENDING_ALREADY_POSTED', 'posts again', (s) => ofPending('POST_PENDING', s.posted)],
  ['PENDING_ALREADY_POSTED', 'voids a posted one', (s) => ofPending('VOID_PENDING', s.posted)],
  ['PENDING_ALREADY_VOIDED', 'posts a voided one', (s) => ofPending('POST_PENDING', s.voided)],
  [
    'PENDING_ALREADY_POSTED',
    'posts again what would have expired since',
    (s) => ofPending('POST_PENDING', s.postedInTime),
  ],
  [
    'PENDING_ALREADY_VOIDED',
    'posts a voided one that would have expired',
    (s) => ofPending('POST_PENDING', s.voidedInTime),
  ],
  ['PENDING_EXPIRED', 'posts one whose expiry was noted', (s) => ofPending('POST_PENDING', s.expired)],
  ['PENDING_EXPIRED', 'posts one whose expiry was not', (s) => ofPending('POST_PENDING', s.overdue)],
  ['PENDING_EXPIRED', 'expires again', (s) => ofPending('EXPIRE_PENDING', s.expired)],
  ['TRANSFER_NOT_FOUND', 'reverses what is not there', () => reversal(unknown)],
  ['TRANSFER_NOT_REVERSIBLE', 'reverses a hold', (s) => reversal(s.open)],
  ['TRANSFER_NOT_REVERSIBLE', 'reverses a reversal', (s) => reversal(s.irreversible)],
  ['TRANSFER_ALREADY_REVERSED', 'reverses again', (s) => reversal(s.reversed)],
  ['DEBIT_ACCOUNT_NOT_FOUND', 'between two unknown', (s) => single(s.missing, newId('led'), 1n)],
  ['CREDIT_ACCOUNT_NOT_FOUND', 'to nowhere, in dollars', (s) => single(s.wallet, s.missing, 1n, { currency: 'USD' })],
  ['CURRENCY_MISMATCH', 'from euros to closed dollars', (s) => single(s.closed, s.dollars, 1n)],
  ['CURRENCY_MISMATCH', 'in dollars between euros', (s) => single(s.wallet, s.closed, 1n, { currency: 'USD' })],
  ['CURRENCY_MISMATCH', 'posts more than is held, in dollars', (s) => postingInDollars(s.open, 11n)],
  ['PENDING_ALREADY_POSTED', 'posts again, in dollars', (s) => postingInDollars(s.posted, 11n)],
  ['ACCOUNT_CLOSED', 'from frozen to closed', (s) => single(s.frozen, s.closed, 1n)],
  ['ACCOUNT_FROZEN', 'from a frozen and empty one', (s) => single(s.frozen, s.full, BALANCE_MINOR_MAX)],
  ['ACCOUNT_FROZEN', 'posts to a frozen one', (s) => ofPending('POST_PENDING', s.openToFrozen)],
  ['BALANCE_LIMIT_EXCEEDED', 'from a poor to a full one', (s) => single(s.poor, s.full, BALANCE_MINOR_MAX)],
  ['INSUFFICIENT_FUNDS', 'more than there is', (s) => single(s.poor, s.wallet, 1n)],
  ['INSUFFICIENT_FUNDS', 'takes back what was spent', (s) => reversal(s.spent)],
  ['INSUFFICIENT_FUNDS', 'holds more than is available', (s) => pending(s.poor, s.wallet, 1n)],
  ['POSTED', 'voids a hold on a frozen account', (s) => ofPending('VOID_PENDING', s.openToFrozen)],
]

test.each(TABLE)('%s: %s', async (code, _what, order) => {
  const posting = await books.ledger().post(order(stage))
  expect(posting.ok ? 'POSTED' : posting.code).toBe(code)
})

test('in a chain the first refusal says why, and the others that they were linked to it', async () => {
  const { bank, wallet, poor } = stage
  const before = [await books.read(bank), await books.read(wallet), await books.read(poor)]
  const chain = [single(bank, wallet, 5n), pending(wallet, poor, 5n), single(poor, bank, 6n), single(bank, poor, 0n)]
  const postings = await books.ledger().postLinked(chain)
  expect(postings.map((posting) => posting.ok || posting.code)).toEqual([
    'LINKED_TRANSFER_FAILED',
    'LINKED_TRANSFER_FAILED',
    'INSUFFICIENT_FUNDS',
    'LINKED_TRANSFER_FAILED',
  ])
  expect([await books.read(bank), await books.read(wallet), await books.read(poor)]).toEqual(before)
})
