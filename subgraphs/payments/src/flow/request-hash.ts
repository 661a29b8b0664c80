import { createHash } from 'node:crypto'
import type { Id } from '@carriergraph/shared/ids.ts'
import { formatAmount, type Money } from '@carriergraph/shared/money/money.ts'
import type { PaymentType } from '../domain/payment.ts'

/** What a client asks to pay, apart from its key. */
export type PaymentOrder = {
  readonly type: PaymentType
  readonly sourceAccountId: Id<'led'>
  readonly billingAccountId: Id<'acc'>
  readonly amount: Money
}

/**
 * Tells two orders under one key apart: SHA-256 in hex over the order in one fixed spelling, so that "12.5" and "12.50"
 * are the same order. The first line names the spelling: a later field gets a new one.
 */
export function hashOfOrder({ type, sourceAccountId, billingAccountId, amount }: PaymentOrder): string {
  const spelling = ['v1', type, sourceAccountId, billingAccountId, formatAmount(amount), amount.currency]
  return createHash('sha256').update(spelling.join('\n')).digest('hex')
}
