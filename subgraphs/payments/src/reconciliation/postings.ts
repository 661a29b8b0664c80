import { type Id, namedId } from '@carriergraph/shared/ids.ts'
import type { TransferOrder } from '@carriergraph/shared/ledger/transfer.ts'
import type { CurrencyCode } from '@carriergraph/shared/money/currencies.ts'

/**
 * SUSPENSE: what the bank account has more than the books, or less, while nobody knows why. RELEASE takes that back when
 * the reason is found. FEE: the bank's fee of a match. SUSPENSE_FEE and WRITE_OFF: what stood in suspense was a fee, or
 * is given up.
 */
export const POSTING_KINDS = ['SUSPENSE', 'RELEASE', 'FEE', 'SUSPENSE_FEE', 'WRITE_OFF'] as const
export type PostingKind = (typeof POSTING_KINDS)[number]

export const POSTING_STATES = ['PENDING', 'POSTED', 'REFUSED'] as const

/**
 * The accounts that reconciliation posts to, one of each in a currency. All are the operator's own: that of a customer has
 * no name here. FUNDING stands for the bank account.
 */
export type ReconciliationPurpose = 'FUNDING' | 'SUSPENSE' | 'BANK_FEES' | 'WRITE_OFFS'

/** What gains and what loses where the amount is above zero. A RELEASE reverses the SUSPENSE posting. */
const SIDES = {
  SUSPENSE: { debit: 'FUNDING', credit: 'SUSPENSE' },
  FEE: { debit: 'FUNDING', credit: 'BANK_FEES' },
  SUSPENSE_FEE: { debit: 'SUSPENSE', credit: 'BANK_FEES' },
  WRITE_OFF: { debit: 'SUSPENSE', credit: 'WRITE_OFFS' },
} as const satisfies Record<
  Exclude<PostingKind, 'RELEASE'>,
  { debit: ReconciliationPurpose; credit: ReconciliationPurpose }
>

export type ItemPosting = {
  readonly itemId: Id<'rci'>
  readonly kind: PostingKind
  readonly attempt: number
  readonly transferId: Id<'tfr'>
  /** The bank account. */
  readonly account: string
  /** Above zero where the bank account gained. */
  readonly amountMinor: bigint
  readonly currency: CurrencyCode
}

type Posted = Pick<ItemPosting, 'itemId' | 'account' | 'amountMinor' | 'currency'>

/** A posting of an item, under the transfer id that it has wherever and however often it is made. */
export const postingOf = (kind: PostingKind, { itemId, account, amountMinor, currency }: Posted): ItemPosting => ({
  itemId,
  kind,
  attempt: 1,
  transferId: transferIdOf(itemId, kind, 1),
  account,
  amountMinor,
  currency,
})

export const transferIdOf = (itemId: Id<'rci'>, kind: PostingKind, attempt: number): Id<'tfr'> =>
  namedId('tfr', `${kind} ${attempt} of ${itemId}`)

/**
 * What the ledger is asked for.
 * @param suspenseId the transfer that a RELEASE takes back
 */
export async function orderOf(
  { kind, transferId, itemId, amountMinor, currency }: ItemPosting,
  suspenseId: Id<'tfr'>,
  accountOf: (purpose: ReconciliationPurpose, currency: CurrencyCode) => Promise<Id<'led'>>,
): Promise<TransferOrder> {
  const ordered = { id: transferId, reference: itemId }
  if (kind === 'RELEASE') return { kind: 'REVERSAL', ...ordered, reversedId: suspenseId }
  const { debit, credit } = SIDES[kind]
  const [gaining, losing] = amountMinor > 0n ? [debit, credit] : [credit, debit]
  return {
    kind: 'SINGLE',
    ...ordered,
    debitAccountId: await accountOf(gaining, currency),
    creditAccountId: await accountOf(losing, currency),
    amountMinor: amountMinor > 0n ? amountMinor : -amountMinor,
    currency,
  }
}
