import { currencyField, idField, instantField, moneyField } from '@carriergraph/shared/bus/event-fields.ts'
import { z } from 'zod'
import { FAILURE_CODES } from './domain/decide.ts'
import { PAYMENT_TYPES } from './domain/payment.ts'

const paymentFields = {
  paymentId: idField('pay').describe('The payment.'),
  type: z.enum(PAYMENT_TYPES).describe('What it is for.'),
  payerId: idField('usr').describe('Who pays: the owner of the wallet.'),
  sourceAccountId: idField('led').describe('The wallet that it is taken from.'),
  billingAccountId: idField('acc').describe('The billing account that it is added to.'),
  amount: moneyField.describe('What is paid; above zero.'),
  at: instantField.describe('When it came into this state.'),
}

/** What the journal of payments says and the bus carries: the data of each type of event. */
export const published = {
  'wallet.opened': z.strictObject({
    walletId: idField('led').describe('The wallet, a ledger account.'),
    ownerId: idField('usr').describe('Whose money it is.'),
    currency: currencyField,
    openedAt: instantField,
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

type Published = { readonly [Type in keyof typeof published]: z.output<(typeof published)[Type]> }

/** An event of ours, its data checked by the compiler. */
export const eventOf = <Type extends keyof Published>(type: Type, data: Published[Type]) => ({ type, data })

/** What payments need of the data of billing's `account.opened`. */
export const accountOpened = z.object({
  accountId: idField('acc'),
  ownerId: idField('usr'),
  currency: currencyField,
  openedAt: instantField,
})
