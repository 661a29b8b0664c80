import { Decimal } from 'decimal.js'
import type { Objective } from './sla.ts'

/** From the mildest to the worst. */
export const SLA_SEVERITIES = ['MINOR', 'MAJOR', 'CRITICAL'] as const
export type SlaSeverity = (typeof SLA_SEVERITIES)[number]

/**
 * How far each severity reaches, as a multiple of the threshold: what must stay below may go to 1.25 times and to
 * twice of it; what must stay above, to three quarters and to half.
 */
const REACH: Record<Objective['bound'], { readonly minor: string; readonly major: string }> = {
  max: { minor: '1.25', major: '2' },
  min: { minor: '0.75', major: '0.5' },
}

/** How bad a value is that misses the objective. Decimal, so that 12.5 is exactly 25 % beyond 10, also for 0.00001. */
export function severityOf({ bound, threshold }: Objective, observed: number): SlaSeverity {
  const reaches = (factor: string): boolean => {
    const limit = new Decimal(threshold).times(factor)
    return bound === 'max' ? limit.gte(observed) : limit.lte(observed)
  }
  if (reaches(REACH[bound].minor)) return 'MINOR'
  return reaches(REACH[bound].major) ? 'MAJOR' : 'CRITICAL'
}

/** The given severity and those that are worse. */
export const atLeast = (severity: SlaSeverity): readonly SlaSeverity[] =>
  SLA_SEVERITIES.slice(SLA_SEVERITIES.indexOf(severity))
