import { type Outcome, ok, refuse } from '@carriergraph/shared/outcome.ts'

export const KYC_STATUSES = ['PENDING', 'VERIFIED', 'REJECTED'] as const
export type KycStatus = (typeof KYC_STATUSES)[number]

/** From each status, the statuses that a verification may go to. */
export const KYC_TRANSITIONS: Readonly<Record<KycStatus, readonly KycStatus[]>> = {
  PENDING: ['VERIFIED', 'REJECTED'],
  // A document expires, or new facts turn up: verify again.
  VERIFIED: ['PENDING', 'REJECTED'],
  // Nobody goes from rejected to verified without being looked at anew.
  REJECTED: ['PENDING'],
}

/** Whether a verification may change from one status to another, which differs from the first. */
export function changeKycStatus(from: KycStatus, to: KycStatus): Outcome<KycStatus, 'ILLEGAL_TRANSITION'> {
  if (KYC_TRANSITIONS[from].includes(to)) return ok(to)
  const allowed = KYC_TRANSITIONS[from].join(' or ')
  return refuse('ILLEGAL_TRANSITION', `A verification goes from ${from} to ${allowed}, not to ${to}.`, ['kycStatus'])
}
