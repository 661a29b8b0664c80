import { outageIn } from './db/outage.ts'
import { OverloadError } from './overload-error.ts'
import { KIT_REFUSALS } from './refusal.ts'

/** A lost connection is opened again within a second, and about as much waits as is done in one. */
const RETRY_AFTER_S = 1

/**
 * SQLSTATE of what took longer than it may: a statement, the wait for a lock, a transaction. And of transactions that
 * collided with others each time that they were tried.
 */
const OVERLOAD_CODES = new Set(['57014', '55P03', '25P03', '25P04', '40001', '40P01'])

/** What passes without anybody changing anything, and what a client is told of it. */
export type MomentaryFault = {
  readonly message: string
  readonly extensions: { readonly code: 'SERVICE_UNAVAILABLE' | 'OVERLOADED'; readonly retryAfter_s: number }
}

/**
 * What a client may wait for, in the error that a resolver threw; undefined where it is a fault of ours. Whether what was
 * asked for is done is not known then. Every mutation may be sent again as it was: it has an idempotency key, or says what
 * shall be.
 */
export function momentaryFaultIn(error: unknown): MomentaryFault | undefined {
  // Some limits of time end a connection: that it is gone says less than why.
  if (isOverload(error)) return faultOf('OVERLOADED')
  return outageIn(error) === undefined ? undefined : faultOf('SERVICE_UNAVAILABLE')
}

function isOverload(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (at instanceof OverloadError) return true
    if ('code' in at && typeof at.code === 'string' && OVERLOAD_CODES.has(at.code)) return true
  }
  return false
}

const faultOf = (code: MomentaryFault['extensions']['code']): MomentaryFault => ({
  message: KIT_REFUSALS[code],
  extensions: { code, retryAfter_s: RETRY_AFTER_S },
})
