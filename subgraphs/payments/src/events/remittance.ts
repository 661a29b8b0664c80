import { idField, instantField, moneyField } from '@carriergraph/shared/bus/event-fields.ts'
import { z } from 'zod'
import { FAILURE_CODES } from '../remittance/failure.ts'
import { PURPOSES } from '../remittance/purpose.ts'

const remittanceFields = {
  remittanceId: idField('rem').describe('The remittance.'),
  senderId: idField('usr').describe('Who sends: the owner of the wallet.'),
  sourceAccountId: idField('led').describe('The wallet that it is taken from.'),
  quoteId: idField('fxq').describe('The quote that it is made at.'),
  debited: moneyField.describe('What is taken in all.'),
  delivered: moneyField.describe('What arrives.'),
  usdEquivalent: moneyField.describe('What is debited in US dollars.'),
  beneficiaryCountry: z.string().describe('Where it goes, ISO 3166-1 alpha-2.'),
  purpose: z.enum(PURPOSES).describe('What it is for.'),
  at: instantField.describe('When it came into this state.'),
}

const remittanceFailure = { failureCode: z.enum(FAILURE_CODES).describe('Why.') }

/** Events about remittances. Each says that one came into a state. */
export const remittanceEvents = {
  'remittance.created': z.strictObject({ ...remittanceFields, status: z.literal('SCREENING') }),
  'remittance.held_for_review': z.strictObject({ ...remittanceFields, status: z.literal('REVIEW') }),
  'remittance.approved': z.strictObject({ ...remittanceFields, status: z.literal('APPROVED') }),
  'remittance.debited': z.strictObject({ ...remittanceFields, status: z.literal('DEBITED') }),
  'remittance.sending': z.strictObject({ ...remittanceFields, status: z.literal('SENDING') }),
  'remittance.settling': z.strictObject({ ...remittanceFields, status: z.literal('SETTLING') }),
  'remittance.completed': z.strictObject({ ...remittanceFields, status: z.literal('COMPLETED') }),
  'remittance.refunding': z.strictObject({
    ...remittanceFields,
    status: z.literal('REFUNDING'),
    ...remittanceFailure,
  }),
  'remittance.refunded': z.strictObject({ ...remittanceFields, status: z.literal('REFUNDED'), ...remittanceFailure }),
  'remittance.failed': z.strictObject({ ...remittanceFields, status: z.literal('FAILED'), ...remittanceFailure }),
  'remittance.cancelled': z.strictObject({ ...remittanceFields, status: z.literal('CANCELLED') }),
} as const satisfies Record<string, z.ZodType>
