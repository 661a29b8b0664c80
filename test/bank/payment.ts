import type { Id } from '@carriergraph/shared/ids.ts'
import { formatAmount, money } from '@carriergraph/shared/money/money.ts'
import type { Payer } from './accounts.ts'
import { CURRENCY } from './order.ts'

/** A payment as a client asks for it. */
export type Payment = Payer & { readonly idempotencyKey: string; readonly minor: string }

/** What it was answered: a payment where it was taken on, and why not or why it failed. */
export type PaymentAnswer = {
  readonly id: Id<'pay'> | null
  readonly status: string | null
  readonly code: string | null
}

/** What `createPayment` takes. */
export const paymentInput = ({ idempotencyKey, walletId, billingAccountId, minor }: Payment) => ({
  idempotencyKey,
  type: 'TOP_UP',
  sourceAccountId: walletId,
  billingAccountId,
  amount: { amount: formatAmount(money(BigInt(minor), CURRENCY)), currency: CURRENCY },
})
