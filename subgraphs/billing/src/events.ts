import { type Id, isId } from '@carriergraph/shared/ids.ts'
import type { CurrencyCode } from '@carriergraph/shared/money/currencies.ts'
import { formatAmount } from '@carriergraph/shared/money/money.ts'
import { z } from 'zod'
import { PAYMENT_MODES } from './domain/account.ts'
import { BALANCE_ALERT_KINDS } from './domain/alerts.ts'

const id = <P extends string>(prefix: P) => z.custom<Id<P>>((value) => typeof value === 'string' && isId(prefix, value))
const amount = z.object({ amount: z.string(), currency: z.string().length(3) })
const instant = z.iso.datetime()

/** What the journal of billing says and the bus carries: the data of each type of event. */
export const published = {
  'account.opened': z.strictObject({
    accountId: id('acc'),
    ownerId: id('usr'),
    currency: z.string().length(3),
    paymentMode: z.enum(PAYMENT_MODES),
    openedAt: instant,
  }),
  'account.credited': z.strictObject({
    accountId: id('acc'),
    paymentId: id('pay'),
    amount,
    balanceAfter: amount,
  }),
  'balance_alert.raised': z.strictObject({
    alertId: id('alt'),
    accountId: id('acc'),
    ownerId: id('usr'),
    kind: z.enum(BALANCE_ALERT_KINDS),
    balance: amount,
    threshold: amount,
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
