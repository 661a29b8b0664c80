import type { Payment } from './payment.ts'

/**
 * What is to be done for a payment next. ASSESS: ask risk. MOVE: post its transfer. PLACE_HOLD, CAPTURE_HOLD, RELEASE_HOLD:
 * have the ledger hold its amount, move what is held, or set it free. EXPIRE: end it, because nobody captured it in time.
 */
export const STEPS = ['ASSESS', 'MOVE', 'PLACE_HOLD', 'CAPTURE_HOLD', 'RELEASE_HOLD', 'EXPIRE'] as const
export type Step = (typeof STEPS)[number]

/** The step that follows from how a payment stands; undefined where it has ended, or waits for somebody. */
export function nextStep(
  { status, capture, hold, authorisedUntil }: Pick<Payment, 'status' | 'capture' | 'hold' | 'authorisedUntil'>,
  now: Date,
): Step | undefined {
  if (hold === 'RELEASING') return 'RELEASE_HOLD'
  if (status === 'RISK_PENDING') return 'ASSESS'
  if (status === 'PROCESSING') return 'CAPTURE_HOLD'
  if (status !== 'AUTHORISED') return undefined
  if (capture === 'AUTOMATIC') return 'MOVE'
  if (hold === 'WANTED') return 'PLACE_HOLD'
  return authorisedUntil !== null && authorisedUntil <= now ? 'EXPIRE' : undefined
}
