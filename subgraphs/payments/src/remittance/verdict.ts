import type { RemittanceRiskAnswer } from '../risk/remittance-answer.ts'
import type { RemittanceChange } from './change.ts'
import { failureOf } from './failure.ts'

type Answered = Exclude<RemittanceRiskAnswer, { readonly kind: 'ABSENT' }>

/** What an answer of risk makes of a remittance that waits for it. Its sender learns of a refusal what risk says they may. */
export function changeBy(answer: Answered): RemittanceChange {
  if (answer.kind === 'REFUSED') return { status: 'FAILED', failure: failureOf('NOT_POSSIBLE') }
  const decision = { source: 'RISK', outcome: answer.decision } as const
  const { senderName } = answer
  switch (answer.decision) {
    case 'APPROVE':
      return { status: 'APPROVED', decision, senderName }
    case 'REVIEW':
      return { status: 'REVIEW', decision, senderName }
    case 'DECLINE': {
      const code = answer.senderNotice === 'IDENTITY_NOT_VERIFIED' ? 'IDENTITY_NOT_VERIFIED' : 'NOT_POSSIBLE'
      return { status: 'FAILED', decision, failure: failureOf(code) }
    }
  }
}
