import type { HoldState, Payment } from './payment.ts'

/** How long what is held waits to be captured, as card schemes have it for most purchases. */
const HELD_DAYS = 7
const DAY_MS = 86_400_000

/**
 * What an approval brings to a payment beside its state: one that is captured by hand gets a hold. So does one that goes
 * over a rail, without an end: it has to last until the rail has said what came of it.
 */
export function authorisationOf(
  { capture, execution }: Pick<Payment, 'capture' | 'execution'>,
  now: Date,
): { readonly hold: HoldState | null; readonly authorisedUntil: Date | null } {
  if (execution !== null) return { hold: 'WANTED', authorisedUntil: null }
  return capture === 'MANUAL'
    ? { hold: 'WANTED', authorisedUntil: new Date(now.getTime() + HELD_DAYS * DAY_MS) }
    : { hold: null, authorisedUntil: null }
}
