import type { Log } from '@carriergraph/shared/log.ts'
import { memoryCounters, redisCounters } from './counters.ts'
import { createGate, type Gate } from './gate.ts'
import { createOverload, type OverloadLimits, watchEventLoop } from './overload.ts'
import { createQuotas, type QuotaLimits } from './quotas.ts'

export interface GateSettings {
  readonly quotas: QuotaLimits
  /** Undefined where nothing is turned away for the gateway's own sake. */
  readonly overload: OverloadLimits | undefined
  /** Where processes count together; each counts for itself without. */
  readonly redisUrl: string | undefined
}

/** A gate that counts and watches until it is closed. `random` is in [0, 1). */
export function openGate({ quotas, overload, redisUrl }: GateSettings, random: () => number, log: Log): Gate {
  const redis = redisUrl === undefined ? undefined : redisCounters(redisUrl, log)
  const shedding = overload && createOverload(overload, random)
  const unwatch = shedding && watchEventLoop((delay_ms) => shedding.read(delay_ms))
  return createGate({
    quotas: createQuotas(quotas, redis?.counterOf ?? memoryCounters),
    overload: shedding,
    close() {
      unwatch?.()
      redis?.close()
    },
  })
}
