import { pino } from 'pino'
import { type Database, openDatabase } from '../db/pools.ts'

const LIMITS = ['lock_timeout', 'statement_timeout', 'transaction_timeout', 'idle_in_transaction_session_timeout']

/**
 * The connections of a service to its database, without their limits: what waits for a lock waits until somebody lets it go. So
 * a test can hold a lock and see who gets past it, on a machine of any speed.
 */
export function openPatiently(url: string): Database {
  const patient = new URL(url)
  for (const limit of LIMITS) patient.searchParams.set(limit, '0')
  const log = pino({ level: 'silent' })
  return openDatabase({ url: patient.href, applicationName: 'patient test', log, answerTimeout_s: 0 })
}
