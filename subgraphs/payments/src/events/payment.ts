import { idField, instantField, moneyField } from '@carriergraph/shared/bus/event-fields.ts'
import { z } from 'zod'
import { FAILURE_CODES } from '../domain/decide.ts'
import { PAYMENT_METHODS } from '../domain/method.ts'
import { PAYMENT_TYPES } from '../domain/payment.ts'

const paymentFields = {
  paymentId: idField('pay').describe('The payment.'),
  type: z.enum(PAYMENT_TYPES).describe('What it is for.'),
  method: z.enum(PAYMENT_METHODS).describe('How its money comes or goes.'),
  payerId: idField('usr').describe('Who pays: the owner of the wallet; of a refund, who is paid back.'),
  sourceAccountId: idField('led').describe('The ledger account that it is taken from.'),
  destinationAccountId: idField('led').describe('The ledger account that it goes to.'),
  billingAccountId: idField('acc').nullable().describe('Of a top-up and its refunds: the billing account. Else null.'),
  originalId: idField('pay').nullable().describe('Of a refund: the payment that it gives back. Else null.'),
  amount: moneyField.describe('What is paid, or what was captured of it; above zero.'),
  at: instantField.describe('When it came into this state.'),
}

/** Events about payments. Each says that one came into a state. */
export const paymentEvents = {
  'payment.created': z.strictObject({
    ...paymentFields,
    status: z.enum(['CREATED', 'RISK_PENDING', 'AUTHORISED']).describe('The state that it begins in.'),
  }),
  'payment.confirmed': z.strictObject({ ...paymentFields, status: z.literal('RISK_PENDING') }),
  'payment.held_for_review': z.strictObject({ ...paymentFields, status: z.literal('REVIEW') }),
  'payment.authorised': z.strictObject({ ...paymentFields, status: z.literal('AUTHORISED') }),
  'payment.processing': z.strictObject({ ...paymentFields, status: z.literal('PROCESSING') }),
  'payment.completed': z.strictObject({ ...paymentFields, status: z.literal('COMPLETED') }),
  'payment.cancelled': z.strictObject({ ...paymentFields, status: z.literal('CANCELLED') }),
  'payment.refunded': z.strictObject({
    ...paymentFields,
    status: z.enum(['PARTIALLY_REFUNDED', 'REFUNDED']).describe('Whether anything of it is left.'),
    refundedAmount: moneyField.describe('What all its refunds have given back by now.'),
  }),
  'payment.disputed': z.strictObject({ ...paymentFields, status: z.literal('DISPUTED') }),
  'payment.dispute_won': z.strictObject({
    ...paymentFields,
    status: z.enum(['COMPLETED', 'PARTIALLY_REFUNDED']).describe('What it was before.'),
  }),
  'payment.failed': z.strictObject({
    ...paymentFields,
    status: z.literal('FAILED'),
    failureCode: z.enum(FAILURE_CODES).describe('Why.'),
  }),
} as const satisfies Record<string, z.ZodType>
