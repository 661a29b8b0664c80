import type { Id } from '../ids.ts'
import type { CurrencyCode } from '../money/currencies.ts'

/**
 * SINGLE moves at once. PENDING holds the amount until POST_PENDING moves all or part of it, VOID_PENDING releases it, or
 * it has expired, when EXPIRE_PENDING releases it. REVERSAL moves the whole of a posted transfer back, once.
 */
export const TRANSFER_KINDS = [
  'SINGLE',
  'PENDING',
  'POST_PENDING',
  'VOID_PENDING',
  'EXPIRE_PENDING',
  'REVERSAL',
] as const
export type TransferKind = (typeof TRANSFER_KINDS)[number]

type Ordered<Kind extends TransferKind> = {
  readonly kind: Kind
  /** Chosen by the caller: it is the idempotency key, and the same id is decided once. */
  readonly id: Id<'tfr'>
  /** What it is made for, as a typed id or a name: `pay_…`. */
  readonly reference: string
}

type Between = {
  readonly debitAccountId: Id<'led'>
  readonly creditAccountId: Id<'led'>
  /** Minor units of `currency`, above zero. */
  readonly amountMinor: bigint
  readonly currency: CurrencyCode
}

type OfPending = {
  readonly pendingId: Id<'tfr'>
  /** It ends the crossing of a transfer from shard to shard, which nothing else may end. Never from outside. */
  readonly endsCrossing?: true
}

export type TransferOrder =
  | (Ordered<'SINGLE'> & Between)
  | (Ordered<'PENDING'> & Between & { readonly expiresAt: Date })
  /**
   * Without an amount it posts all that is held; with a smaller one the rest is released. `currency` is that of the
   * amount, for who wants it compared with that of the pending transfer.
   */
  | (Ordered<'POST_PENDING'> & OfPending & { readonly amountMinor?: bigint; readonly currency?: CurrencyCode })
  | (Ordered<'VOID_PENDING'> & OfPending)
  | (Ordered<'EXPIRE_PENDING'> & OfPending)
  | (Ordered<'REVERSAL'> & { readonly reversedId: Id<'tfr'> })

/** What an accepted transfer says for ever, to those that come after it and refer to it. */
export type AcceptedTransfer = Between & { readonly kind: TransferKind; readonly expiresAt: Date | null }

/** The transfer that an order refers to; undefined where it stands for itself. */
export function subjectOf(order: TransferOrder): Id<'tfr'> | undefined {
  if ('pendingId' in order) return order.pendingId
  return order.kind === 'REVERSAL' ? order.reversedId : undefined
}
