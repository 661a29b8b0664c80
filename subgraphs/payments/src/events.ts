import { formatAmount, type Money } from '@carriergraph/shared/money/money.ts'
import { z } from 'zod'
import { FAILURE_CODES } from './domain/decide.ts'
import { PAYMENT_TYPES } from './domain/payment.ts'

/** A typed id. A template and not a custom check, so that the JSON Schema in docs/events can say it too. */
const id = <P extends string>(prefix: P) => z.templateLiteral([`${prefix}_`, z.string().regex(/^[0-7][0-9a-z]{25}$/)])
const currency = z.string().length(3)
const instant = z.iso.datetime()

const paymentFields = {
  paymentId: id('pay').describe('The payment.'),
  type: z.enum(PAYMENT_TYPES).describe('What it is for.'),
  payerId: id('usr').describe('Who pays: the owner of the wallet.'),
  sourceAccountId: id('led').describe('The wallet that it is taken from.'),
  billingAccountId: id('acc').describe('The billing account that it is added to.'),
  amount: z
    .object({ amount: z.string().describe('In major units with exactly the digits of the currency.'), currency })
    .describe('What is paid; above zero.'),
  at: instant.describe('When it came into this state.'),
}

/** What the journal of payments says and the bus carries: the data of each type of event. */
export const published = {
  'wallet.opened': z.strictObject({
    walletId: id('led').describe('The wallet, a ledger account.'),
    ownerId: id('usr').describe('Whose money it is.'),
    currency,
    openedAt: instant,
  }),
  'payment.created': z.strictObject({ ...paymentFields, status: z.literal('RISK_PENDING') }),
  'payment.held_for_review': z.strictObject({ ...paymentFields, status: z.literal('REVIEW') }),
  'payment.completed': z.strictObject({ ...paymentFields, status: z.literal('COMPLETED') }),
  'payment.failed': z.strictObject({
    ...paymentFields,
    status: z.literal('FAILED'),
    failureCode: z.enum(FAILURE_CODES).describe('Why.'),
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
