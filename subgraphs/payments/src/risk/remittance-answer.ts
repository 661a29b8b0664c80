import { z } from 'zod'
import { RISK_DECISIONS, type RiskDecision } from '../domain/decide.ts'
import { type Absent, absent, parseJson } from './answer.ts'

/** The operation that risk is asked with. */
export const ASSESS_REMITTANCE = `mutation AssessRemittance($input: AssessRemittanceInput!) {
  assessRemittance(input: $input) {
    assessment { decision senderNotice { code } sender { displayName } }
    errors { code }
  }
}`

/** What came of asking risk. REFUSED: it answered that it cannot assess this, with its own code. */
export type RemittanceRiskAnswer =
  | {
      readonly kind: 'ASSESSED'
      readonly decision: RiskDecision
      /** What the sender may be told about it; null where that is nothing. */
      readonly senderNotice: string | null
      /** Who sends it, as risk knows them; null where it does not. */
      readonly senderName: string | null
    }
  | { readonly kind: 'REFUSED'; readonly code: string }
  | Absent

const code = z.string().max(100)

const response = z.object({
  // Nothing goes ahead by an answer of which a part failed.
  errors: z.undefined().optional(),
  data: z.object({
    assessRemittance: z.object({
      assessment: z
        .object({
          decision: z.enum(RISK_DECISIONS),
          senderNotice: z.object({ code }).nullish(),
          sender: z.object({ displayName: z.string() }).nullish(),
        })
        .nullable(),
      errors: z.array(z.object({ code })),
    }),
  }),
})

/** Reads the body of an answer; whatever is not an assessment or a refusal with a code is no answer. */
export function readRemittanceAnswer(body: string): RemittanceRiskAnswer {
  const parsed = response.safeParse(parseJson(body))
  if (!parsed.success) return absent('BAD_ANSWER')
  const { assessment, errors } = parsed.data.data.assessRemittance
  if (assessment && errors.length > 0) return absent('BAD_ANSWER')
  if (assessment)
    return {
      kind: 'ASSESSED',
      decision: assessment.decision,
      senderNotice: assessment.senderNotice?.code ?? null,
      senderName: assessment.sender?.displayName ?? null,
    }
  const [error] = errors
  return error === undefined ? absent('BAD_ANSWER') : { kind: 'REFUSED', code: error.code }
}
