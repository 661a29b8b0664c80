import { createHash } from 'node:crypto'
import type { Id } from '@carriergraph/shared/ids.ts'
import { formatAmount, type Money } from '@carriergraph/shared/money/money.ts'
import type { Counterparty, Destination } from '../domain/destination.ts'
import type { CaptureMode } from '../domain/payment.ts'

/** What a client asks to pay, apart from its key. */
export type PaymentOrder = {
  /** The payer's wallet: what it is taken from, or what a deposit goes to. */
  readonly sourceAccountId: Id<'led'>
  readonly destination: Destination
  readonly amount: Money
  readonly capture: CaptureMode
  /** False: it waits to be confirmed. */
  readonly confirm: boolean
}

/** What a client asks to give back of a payment; without an amount all that is left. */
export type RefundOrder = { readonly paymentId: Id<'pay'>; readonly amount: Money | undefined }

/**
 * Tells two orders under one key apart: SHA-256 in hex over the order in one fixed spelling, so that "12.5" and "12.50"
 * are the same order. The first line names the spelling: what was stored under v1 before there were other types is spelled
 * by it for ever.
 */
export function hashOfOrder({ sourceAccountId, destination, amount, capture, confirm }: PaymentOrder): string {
  const { type } = destination
  const paid = [formatAmount(amount), amount.currency]
  if (type === 'TOP_UP' && capture === 'AUTOMATIC' && confirm)
    return sha256(['v1', type, sourceAccountId, destination.billingAccountId, ...paid])
  return sha256(['v2', type, sourceAccountId, targetOf(destination), ...paid, capture, confirm ? 'CONFIRM' : 'WAIT'])
}

export const hashOfRefund = ({ paymentId, amount }: RefundOrder): string =>
  sha256(['refund v1', paymentId, ...(amount === undefined ? ['REST'] : [formatAmount(amount), amount.currency])])

function targetOf(destination: Destination): string {
  switch (destination.type) {
    case 'TOP_UP':
      return destination.billingAccountId
    case 'TRANSFER':
      return destination.destinationAccountId
    case 'FEE':
      return ''
    case 'DEPOSIT':
    case 'WITHDRAWAL':
      return JSON.stringify([...spelled(destination.counterparty), destination.remittance ?? null])
  }
}

const spelled = (counterparty: Counterparty): (string | null)[] =>
  counterparty.method === 'CARD'
    ? [counterparty.cardId]
    : [counterparty.holder, counterparty.iban, counterparty.bic ?? null]

const sha256 = (spelling: readonly string[]): string => createHash('sha256').update(spelling.join('\n')).digest('hex')
