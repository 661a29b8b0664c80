import type { Reason } from '../compliance/reason.ts'
import type { KycStatus } from '../domain/kyc.ts'

/** Nobody sends money abroad whose identity is not verified; null is a sender whom risk does not know. */
export function kycReason(kycStatus: KycStatus | null): Reason | null {
  if (kycStatus === 'VERIFIED') return null
  const inputs = [{ name: 'kyc_status', value: kycStatus ?? 'unknown' }]
  const counterfactual = 'With a verified identity this would not decline the remittance.'
  const { code, rule, summary } = FAULTS[kycStatus ?? 'UNKNOWN']
  return { code, effect: 'DECLINE', explanation: { rule, summary, inputs, counterfactual } }
}

const FAULTS = {
  UNKNOWN: { code: 'SENDER_UNKNOWN', rule: 'sender.unknown', summary: 'The sender is not registered.' },
  PENDING: { code: 'KYC_PENDING', rule: 'kyc.pending', summary: 'The identity of the sender is not verified yet.' },
  REJECTED: {
    code: 'KYC_REJECTED',
    rule: 'kyc.rejected',
    summary: "The verification of the sender's identity failed.",
  },
} as const
