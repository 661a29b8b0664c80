import { systemClock } from '@carriergraph/shared/clock.ts'
import { createLog } from '@carriergraph/shared/log.ts'
import type { CachingOptions } from '../caching/caching.ts'
import { createMemoryStore } from '../caching/memory-store.ts'
import { DegradeRules } from '../degrade/degrade-rules.ts'
import { DEFAULT_LIMITS } from '../limits/limits.ts'

/** What a graph needs to keep answers, for tests that are about something else. */
export function toyCaching(): CachingOptions {
  const log = createLog({ service: 'gateway', level: 'silent' })
  const clock = systemClock
  const limits = DEFAULT_LIMITS.cache
  const store = createMemoryStore({ bytes_max: limits.memory_bytes_max, clock })
  return { store, limits, degradeRules: new DegradeRules(clock, log), clock, log }
}
