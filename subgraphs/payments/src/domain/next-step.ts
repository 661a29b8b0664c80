import { hasMoved, type Payment } from './payment.ts'

/**
 * What is to be done for a payment next. ASSESS: ask risk. MOVE: post its transfer. PLACE_HOLD, CAPTURE_HOLD, RELEASE_HOLD:
 * have the ledger hold its amount, move what is held, or set it free. INSTRUCT: have its rail move it. GIVE_BACK: what came
 * back over the rail goes back in the books as well. EXPIRE: end it, because nobody captured it in time.
 */
export const STEPS = [
  'ASSESS',
  'MOVE',
  'PLACE_HOLD',
  'INSTRUCT',
  'CAPTURE_HOLD',
  'RELEASE_HOLD',
  'GIVE_BACK',
  'EXPIRE',
] as const
export type Step = (typeof STEPS)[number]

/** The step that follows from how a payment stands; undefined where it has ended, or waits for somebody. */
export function nextStep(
  {
    status,
    capture,
    hold,
    execution,
    authorisedUntil,
  }: Pick<Payment, 'status' | 'capture' | 'hold' | 'execution' | 'authorisedUntil'>,
  now: Date,
): Step | undefined {
  if (hold === 'RELEASING') return 'RELEASE_HOLD'
  if (status === 'RISK_PENDING') return 'ASSESS'
  if (status === 'PROCESSING') return execution === 'INSTRUCTED' ? undefined : 'CAPTURE_HOLD'
  if (execution === 'RETURNED' && hasMoved(status)) return 'GIVE_BACK'
  if (status !== 'AUTHORISED') return undefined
  if (hold === 'WANTED') return 'PLACE_HOLD'
  if (execution === 'WANTED') return 'INSTRUCT'
  if (capture === 'AUTOMATIC') return 'MOVE'
  return authorisedUntil !== null && authorisedUntil <= now ? 'EXPIRE' : undefined
}
