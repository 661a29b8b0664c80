import type { Reason } from '../compliance/reason.ts'
import type { RiskDecision } from '../domain/assess.ts'

export type SenderNotice = {
  readonly code: 'IDENTITY_NOT_VERIFIED' | 'BEING_CHECKED' | 'NOT_POSSIBLE'
  readonly message: string
}

const KYC = ['SENDER_UNKNOWN', 'KYC_PENDING', 'KYC_REJECTED']

/**
 * What the sender may be told. To tell a customer of a suspicion, or let them guess it, is an offence in most countries
 * (tipping off): whatever was found, held is told as held and declined as declined, and the identity alone is named,
 * which customers know of themselves.
 */
export function senderNotice(decision: RiskDecision, reasons: readonly Pick<Reason, 'code'>[]): SenderNotice | null {
  if (decision === 'APPROVE') return null
  if (reasons.some(({ code }) => KYC.includes(code)))
    return {
      code: 'IDENTITY_NOT_VERIFIED',
      message: 'Your identity has to be verified before you can send money abroad.',
    }
  return decision === 'REVIEW'
    ? { code: 'BEING_CHECKED', message: 'The remittance is being checked. You need do nothing.' }
    : { code: 'NOT_POSSIBLE', message: 'The remittance cannot be carried out.' }
}
