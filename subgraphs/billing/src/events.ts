import { currencyField, idField, instantField, moneyField } from '@carriergraph/shared/bus/event-fields.ts'
import { z } from 'zod'
import { PAYMENT_MODES } from './domain/account.ts'
import { BALANCE_ALERT_KINDS } from './domain/alerts.ts'

/** What the journal of billing says and the bus carries: the data of each type of event. */
export const published = {
  'account.opened': z.strictObject({
    accountId: idField('acc').describe('The account.'),
    ownerId: idField('usr').describe('Whose account it is.'),
    currency: currencyField,
    paymentMode: z.enum(PAYMENT_MODES).describe('How it pays.'),
    openedAt: instantField,
  }),
  'account.credited': z.strictObject({
    accountId: idField('acc').describe('The account.'),
    paymentId: idField('pay').describe('The payment that was completed for it.'),
    amount: moneyField.describe('What was added; above zero.'),
    balanceAfter: moneyField.describe('The balance right after it.'),
  }),
  'account.debited': z.strictObject({
    accountId: idField('acc').describe('The account.'),
    paymentId: idField('pay').describe('The refund that took back from it.'),
    amount: moneyField.describe('What was taken; above zero.'),
    balanceAfter: moneyField.describe('The balance right after it.'),
  }),
  'balance_alert.raised': z.strictObject({
    alertId: idField('alt').describe('The alert.'),
    accountId: idField('acc').describe('The account whose balance crossed the line.'),
    ownerId: idField('usr').describe('Whose account it is.'),
    kind: z.enum(BALANCE_ALERT_KINDS).describe('What it says.'),
    balance: moneyField.describe('The balance right after it crossed the line.'),
    threshold: moneyField.describe('The available amount that draws the line.'),
    raisedAt: instantField,
  }),
} as const satisfies Record<string, z.ZodType>

type Published = { readonly [Type in keyof typeof published]: z.output<(typeof published)[Type]> }

/** An event of ours, its data checked by the compiler. */
export const eventOf = <Type extends keyof Published>(type: Type, data: Published[Type]) => ({ type, data })

/** The payments that billing takes note of, among those that a `payment.completed` tells. */
export const TOP_UP = 'TOP_UP'
export const REFUND = 'REFUND'

/** What billing needs of the data of a top-up's `payment.completed`. */
export const topUpCompleted = z.object({
  type: z.literal(TOP_UP),
  paymentId: idField('pay'),
  billingAccountId: idField('acc'),
  amount: moneyField,
})

/** What billing needs of the data of a refund's `payment.completed`; the account is null where no top-up is refunded. */
export const refundCompleted = z.object({
  type: z.literal(REFUND),
  paymentId: idField('pay'),
  billingAccountId: idField('acc').nullable(),
  amount: moneyField,
})
