import { z } from 'zod'
import { RISK_DECISIONS } from './domain/assess.ts'
import { KYC_STATUSES } from './domain/kyc.ts'
import { ROLES } from './domain/registration.ts'

/** What risk tells the others, by type of event. It consumes nothing. docs/events is generated from this. */
export const published = {
  'user.registered': z.object({
    userId: z.string().describe('The user, usr_….'),
    displayName: z.string().describe('Name to show.'),
    roles: z.array(z.enum(ROLES)).describe('What the user may do.'),
    kycStatus: z.enum(KYC_STATUSES).describe('Where the verification of the identity stands.'),
  }),
  'user.kyc_changed': z.object({
    userId: z.string().describe('The user, usr_….'),
    from: z.enum(KYC_STATUSES).describe('The status before.'),
    to: z.enum(KYC_STATUSES).describe('The status now.'),
  }),
  'assessment.made': z.object({
    assessmentId: z.string().describe('The assessment, asm_….'),
    paymentId: z.string().describe('The payment that was assessed, pay_….'),
    userId: z.string().describe('Who pays, usr_….'),
    decision: z.enum(RISK_DECISIONS).describe('What risk says.'),
    score: z.int().describe('0 to 100.'),
  }),
}
