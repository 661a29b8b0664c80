import type { CurrencyCode } from '@carriergraph/shared/money/currencies.ts'
import { formatAmount } from '@carriergraph/shared/money/money.ts'
import { z } from 'zod'
import { PAYMENT_MODES } from './domain/account.ts'
import { BALANCE_ALERT_KINDS } from './domain/alerts.ts'

/** A typed id. A template and not a custom check, so that the JSON Schema in docs/events can say it too. */
const id = <P extends string>(prefix: P) => z.templateLiteral([`${prefix}_`, z.string().regex(/^[0-7][0-9a-z]{25}$/)])
const currency = z.string().length(3)
const amount = z.object({
  amount: z.string().describe('In major units with exactly the digits of the currency.'),
  currency,
})
const instant = z.iso.datetime()

/** What the journal of billing says and the bus carries: the data of each type of event. */
export const published = {
  'account.opened': z.strictObject({
    accountId: id('acc').describe('The account.'),
    ownerId: id('usr').describe('Whose account it is.'),
    currency,
    paymentMode: z.enum(PAYMENT_MODES),
    openedAt: instant,
  }),
  'account.credited': z.strictObject({
    accountId: id('acc').describe('The account.'),
    paymentId: id('pay').describe('The payment that was completed for it.'),
    amount: amount.describe('What was added; above zero.'),
    balanceAfter: amount.describe('The balance right after it.'),
  }),
  'balance_alert.raised': z.strictObject({
    alertId: id('alt').describe('The alert.'),
    accountId: id('acc').describe('The account whose balance crossed the line.'),
    ownerId: id('usr').describe('Whose account it is.'),
    kind: z.enum(BALANCE_ALERT_KINDS),
    balance: amount.describe('The balance right after it crossed the line.'),
    threshold: amount.describe('The available amount that draws the line.'),
    raisedAt: instant,
  }),
} as const satisfies Record<string, z.ZodType>

type Published = { readonly [Type in keyof typeof published]: z.input<(typeof published)[Type]> }

/** An event of ours, its data checked by the compiler. */
export const eventOf = <Type extends keyof Published>(type: Type, data: Published[Type]) => ({ type, data })

/** Money as events carry it. */
export const eventMoney = (minor: bigint, currency: CurrencyCode) => ({
  amount: formatAmount({ minor, currency }),
  currency,
})

/** The payments that billing takes note of, among those that a `payment.completed` tells. */
export const TOP_UP = 'TOP_UP'

/** What billing needs of the data of a top-up's `payment.completed`. */
export const topUpCompleted = z.object({
  type: z.literal(TOP_UP),
  paymentId: id('pay'),
  billingAccountId: id('acc'),
  amount,
})
