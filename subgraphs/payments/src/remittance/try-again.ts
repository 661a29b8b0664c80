import type { Books } from '@carriergraph/shared/ledger/ledgers.ts'
import type { Log } from '@carriergraph/shared/log.ts'
import type { Remittance } from './remittance.ts'

const FIRST_PAUSE_MS = 60_000
/** Somebody who thaws an account does not wait longer than that for what it blocked. */
const PAUSE_MAX_MS = 3_600_000

/** When what the ledger has refused so often is tried again, under another id. */
export const pausedUntil = (attempt: number, now: Date): Date =>
  new Date(now.getTime() + Math.min(FIRST_PAUSE_MS * 2 ** Math.min(attempt, 10), PAUSE_MAX_MS))

/** Tells operators what blocks a remittance. */
export function logRefused(log: Log, { tenant }: Books, { id }: Remittance, what: string, code: string): void {
  log.error({ remittanceId: id, tenant, code }, `the ledger refused the ${what} of a remittance; it is tried again`)
}
