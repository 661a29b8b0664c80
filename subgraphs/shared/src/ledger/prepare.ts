import type { Id } from '../ids.ts'
import type { CurrencyCode } from '../money/currencies.ts'
import { type Outcome, ok, refuse } from '../outcome.ts'
import { BALANCE_MINOR_MAX } from './account.ts'
import { isClearingAccount } from './clearing.ts'
import { POSTING_REFUSALS, type PreparationCode } from './posting-code.ts'
import type { AcceptedTransfer, TransferOrder } from './transfer.ts'

/** What an order comes down to between two accounts; amounts in minor units. */
export type Movement = {
  readonly debitAccountId: Id<'led'>
  readonly creditAccountId: Id<'led'>
  readonly currency: CurrencyCode
  /** What the transfer is about: moved, held or released. */
  readonly amountMinor: bigint
  /** From one balance to the other; zero where it is only held or released. */
  readonly movedMinor: bigint
  /** Added to what is held; below zero where it is released. */
  readonly heldMinor: bigint
  /** Its pending transfer is past its expiry, whether or not that was noted. */
  readonly isOverdue: boolean
}

/**
 * The part of deciding that looks at no account. What an accepted transfer says never changes, so `subject`, the
 * transfer that the order refers to, may have been read at any time before.
 */
export function prepare(
  order: TransferOrder,
  subject: AcceptedTransfer | undefined,
  at: Date,
): Outcome<Movement, PreparationCode> {
  switch (order.kind) {
    case 'SINGLE':
    case 'PENDING':
      return prepareBetween(order, at)
    case 'REVERSAL':
      return prepareReversal(subject)
    default:
      return prepareResolution(order, subject, at)
  }
}

type Between = Extract<TransferOrder, { kind: 'SINGLE' | 'PENDING' }>
type OfPending = Extract<TransferOrder, { pendingId: unknown }>

function prepareBetween(order: Between, at: Date): Outcome<Movement, PreparationCode> {
  const { debitAccountId, creditAccountId, currency, amountMinor } = order
  if (amountMinor <= 0n) return refusal('AMOUNT_NOT_POSITIVE')
  if (amountMinor > BALANCE_MINOR_MAX) return refusal('AMOUNT_TOO_LARGE')
  if (debitAccountId === creditAccountId) return refusal('ACCOUNTS_SAME')
  const isPending = order.kind === 'PENDING'
  if (isPending && order.expiresAt <= at) return refusal('EXPIRY_NOT_IN_FUTURE')
  const [movedMinor, heldMinor] = isPending ? [0n, amountMinor] : [amountMinor, 0n]
  return ok({ debitAccountId, creditAccountId, currency, amountMinor, movedMinor, heldMinor, isOverdue: false })
}

function prepareResolution(
  order: OfPending,
  pending: AcceptedTransfer | undefined,
  at: Date,
): Outcome<Movement, PreparationCode> {
  const { amountMinor: wanted, currency: wantedCurrency } = order.kind === 'POST_PENDING' ? order : NOTHING_WANTED
  if (wanted !== undefined && wanted <= 0n) return refusal('AMOUNT_NOT_POSITIVE')
  if (wanted !== undefined && wanted > BALANCE_MINOR_MAX) return refusal('AMOUNT_TOO_LARGE')
  if (pending === undefined) return refusal('PENDING_NOT_FOUND')
  if (pending.expiresAt === null || isCrossing(pending) !== (order.endsCrossing ?? false)) return refusal('NOT_PENDING')
  const { debitAccountId, creditAccountId, expiresAt } = pending
  // Compared with the accounts' own, in its turn. An amount in another one is neither more nor less than what is held.
  const currency = wantedCurrency ?? pending.currency
  const isOverdue = expiresAt <= at
  const expires = order.kind === 'EXPIRE_PENDING'
  if (expires && !isOverdue) return refusal('PENDING_NOT_EXPIRED')
  const amountMinor = wanted ?? pending.amountMinor
  if (currency === pending.currency && amountMinor > pending.amountMinor) return refusal('EXCEEDS_PENDING_AMOUNT')
  return ok({
    debitAccountId,
    creditAccountId,
    currency,
    amountMinor,
    movedMinor: order.kind === 'POST_PENDING' ? amountMinor : 0n,
    heldMinor: -pending.amountMinor,
    isOverdue: isOverdue && !expires,
  })
}

const NOTHING_WANTED = { amountMinor: undefined, currency: undefined }

function prepareReversal(reversed: AcceptedTransfer | undefined): Outcome<Movement, PreparationCode> {
  if (reversed === undefined) return refusal('TRANSFER_NOT_FOUND')
  if (reversed.kind !== 'SINGLE' && reversed.kind !== 'POST_PENDING') return refusal('TRANSFER_NOT_REVERSIBLE')
  // Only a half of it lies here, and the other would stay where it is.
  if (isCrossing(reversed)) return refusal('TRANSFER_NOT_REVERSIBLE')
  const { amountMinor, currency } = reversed
  return ok({
    debitAccountId: reversed.creditAccountId,
    creditAccountId: reversed.debitAccountId,
    currency,
    amountMinor,
    movedMinor: amountMinor,
    heldMinor: 0n,
    isOverdue: false,
  })
}

/** Whether it is a part of a transfer from shard to shard. */
const isCrossing = ({ debitAccountId, creditAccountId, currency }: AcceptedTransfer): boolean =>
  isClearingAccount(debitAccountId, currency) || isClearingAccount(creditAccountId, currency)

const refusal = (code: PreparationCode) => refuse(code, POSTING_REFUSALS[code])
