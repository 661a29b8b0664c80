import { idField, instantField, moneyField } from '@carriergraph/shared/bus/event-fields.ts'
import { z } from 'zod'
import { RISK_DECISIONS } from './domain/assess.ts'
import { KYC_STATUSES } from './domain/kyc.ts'
import { ROLES } from './domain/registration.ts'
import { REVIEW_DECISIONS } from './domain/review.ts'

/** What risk tells the others, by type of event. docs/events is generated from this. */
export const published = {
  'user.registered': z.strictObject({
    userId: idField('usr').describe('The user.'),
    displayName: z.string().describe('Name to show.'),
    roles: z.array(z.enum(ROLES)).describe('What the user may do.'),
    kycStatus: z.enum(KYC_STATUSES).describe('Where the verification of the identity stands.'),
  }),
  'user.kyc_changed': z.strictObject({
    userId: idField('usr').describe('The user.'),
    from: z.enum(KYC_STATUSES).describe('The status before.'),
    to: z.enum(KYC_STATUSES).describe('The status now.'),
  }),
  'assessment.made': z.strictObject({
    assessmentId: idField('asm').describe('The assessment.'),
    paymentId: idField('pay').describe('The payment that was assessed.'),
    userId: idField('usr').describe('Who pays.'),
    decision: z.enum(RISK_DECISIONS).describe('What risk says.'),
    score: z.int().min(0).max(100).describe('Points of the rules that fired.'),
  }),
  'review.decided': z.strictObject({
    paymentId: idField('pay').describe('The payment that waited for a person.'),
    decision: z.enum(REVIEW_DECISIONS).describe('What was decided.'),
    reason: z
      .string()
      .describe('Why, in the words of whoever decided; of what compliance held only that it was checked.'),
    decidedAt: instantField,
  }),
  'remittance.assessed': z.strictObject({
    assessmentId: idField('ras').describe('The assessment.'),
    remittanceId: idField('rem').describe('The remittance that was assessed.'),
    senderId: idField('usr').describe('Who sends.'),
    decision: z.enum(RISK_DECISIONS).describe('What risk says.'),
    largeTransactionReportId: idField('ltr')
      .nullable()
      .describe('The report, of a remittance above 10,000 USD equivalent.'),
  }),
  'remittance_review.decided': z.strictObject({
    remittanceId: idField('rem').describe('The remittance that waited for a person.'),
    decision: z.enum(REVIEW_DECISIONS).describe('What was decided. Why is not told: the sender must not learn it.'),
    decidedAt: instantField,
  }),
  'sanctions_list.imported': z.strictObject({
    version: z.int().min(1).describe('The versions are counted from 1.'),
    digest: z.string().describe('SHA-256 of the file, in hex.'),
    entryCount: z.int().describe('How many entries it has.'),
    nameCount: z.int().describe('How many names they have, aliases included.'),
    at: instantField.describe('When it came into force.'),
  }),
} as const satisfies Record<string, z.ZodType>

type Published = { readonly [Type in keyof typeof published]: z.output<(typeof published)[Type]> }

/** An event of ours, its data checked by the compiler. */
export const eventOf = <Type extends keyof Published>(type: Type, data: Published[Type]) => ({ type, data })

/** What risk needs of the data of payments' `payment.held_for_review`. */
export const paymentHeld = z.object({
  paymentId: idField('pay'),
  payerId: idField('usr'),
  amount: moneyField,
  at: instantField,
})

/** What risk needs of the data of payments' `payment.cancelled`. */
export const paymentCancelled = z.object({ paymentId: idField('pay'), at: instantField })

/** What risk needs of the data of payments' `remittance.held_for_review`, `remittance.cancelled` and `remittance.failed`. */
export const remittanceTold = z.object({ remittanceId: idField('rem'), at: instantField })
