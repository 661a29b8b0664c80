import { type Id, isId } from '@carriergraph/shared/ids.ts'
import { formatAmount, type Money } from '@carriergraph/shared/money/money.ts'
import { z } from 'zod'
import { FAILURE_CODES } from './domain/decide.ts'
import { PAYMENT_TYPES } from './domain/payment.ts'

const id = <P extends string>(prefix: P) => z.custom<Id<P>>((value) => typeof value === 'string' && isId(prefix, value))
const currency = z.string().length(3)
const instant = z.iso.datetime()

const paymentFields = {
  paymentId: id('pay'),
  type: z.enum(PAYMENT_TYPES),
  payerId: id('usr'),
  sourceAccountId: id('led'),
  billingAccountId: id('acc'),
  amount: z.object({ amount: z.string(), currency }),
  at: instant,
}

/** What the journal of payments says and the bus carries: the data of each type of event. */
export const published = {
  'wallet.opened': z.strictObject({ walletId: id('led'), ownerId: id('usr'), currency, openedAt: instant }),
  'payment.created': z.strictObject({ ...paymentFields, status: z.literal('RISK_PENDING') }),
  'payment.held_for_review': z.strictObject({ ...paymentFields, status: z.literal('REVIEW') }),
  'payment.completed': z.strictObject({ ...paymentFields, status: z.literal('COMPLETED') }),
  'payment.failed': z.strictObject({
    ...paymentFields,
    status: z.literal('FAILED'),
    failureCode: z.enum(FAILURE_CODES),
  }),
} as const satisfies Record<string, z.ZodType>

type Published = { readonly [Type in keyof typeof published]: z.input<(typeof published)[Type]> }

/** An event of ours, its data checked by the compiler. */
export const eventOf = <Type extends keyof Published>(type: Type, data: Published[Type]) => ({ type, data })

/** Money as events carry it. */
export const eventMoney = (money: Money) => ({ amount: formatAmount(money), currency: money.currency })

/** What payments need of the data of billing's `account.opened`. */
export const accountOpened = z.object({
  accountId: id('acc'),
  ownerId: id('usr'),
  currency,
  openedAt: instant,
})
