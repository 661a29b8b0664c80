import { z } from 'zod'
import { type Absence, RISK_DECISIONS, type RiskAnswer } from '../domain/decide.ts'

/** The operation that risk is asked with. */
export const ASSESS_PAYMENT = `mutation AssessPayment($input: AssessPaymentInput!) {
  assessPayment(input: $input) {
    assessment { decision explanation { rule summary inputs { name value } counterfactual } }
    errors { code }
  }
}`

/** An explanation is stored and shown as it comes: the limits keep a faulty one from filling the row. */
const explanation = z.object({
  rule: z.string().min(1).max(200),
  summary: z.string().max(2_000),
  inputs: z.array(z.object({ name: z.string().max(200), value: z.string().max(2_000) })).max(50),
  counterfactual: z.string().max(2_000),
})

const payload = z.object({
  assessment: z.object({ decision: z.enum(RISK_DECISIONS), explanation }).nullable(),
  errors: z.array(z.object({ code: z.string().max(100) })),
})

const response = z.object({ data: z.object({ assessPayment: payload }) })

/** Risk is there and answers others: more of this payer's payments are asked for than it takes. */
const overloaded = z.object({
  data: z.object({ assessPayment: z.null() }),
  errors: z.tuple([z.object({ extensions: z.object({ code: z.literal('OVERLOADED') }) })]),
})

/** There is no answer, and why. */
export type Absent = { readonly kind: 'ABSENT'; readonly absence: Absence }

export const absent = (absence: Absence): Absent => ({ kind: 'ABSENT', absence })

/** Reads the body of an answer; whatever is not an assessment or a refusal with a code is no answer. */
export function readAnswer(body: string): RiskAnswer {
  const json = parseJson(body)
  // Else whoever asks for enough at once would have small amounts let through unseen.
  if (overloaded.safeParse(json).success) return { kind: 'REFUSED', code: 'OVERLOADED' }
  const parsed = response.safeParse(json)
  if (!parsed.success) return absent('BAD_ANSWER')
  const { assessment, errors } = parsed.data.data.assessPayment
  if (assessment) return { kind: 'ASSESSED', ...assessment }
  const code = errors[0]?.code
  return code === undefined ? absent('BAD_ANSWER') : { kind: 'REFUSED', code }
}

/** Undefined for what is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
