import { type Outcome, ok, refuse } from '@carriergraph/shared/outcome.ts'
import type { RemittanceAssessmentRow } from '../db/tables/remittance-assessment.ts'
import type { RiskAssessmentRow } from '../db/tables/risk-assessment.ts'
import type { StoredHit } from '../sanctions/hit.ts'
import { decisionOf, isScreeningReason, type ScreeningReason } from './reason.ts'

/** What one screening of a payment or a remittance found. */
export type Finding = {
  /** The version of the sanctions list; null where there was none. */
  readonly sanctionsVersion: number | null
  /** Gravest first. */
  readonly reasons: readonly ScreeningReason[]
  readonly hits: readonly StoredHit[]
  readonly screenedAt: Date
}

/** What a list that came into force since the assessment finds. */
export type LaterFinding = Finding & { readonly sanctionsVersion: number }

/** Every screening of a payment, newest first; none of one that was assessed before payments were screened. */
export function findingsOfPayment(
  { complianceReasons: reasons, sanctionsVersion, assessedAt }: RiskAssessmentRow,
  hits: readonly StoredHit[],
  later: readonly Finding[],
): Finding[] {
  return reasons === null ? [...later] : [...later, { sanctionsVersion, reasons, hits, screenedAt: assessedAt }]
}

/** Every screening of a remittance, newest first. Its assessment has other reasons beside. */
export function findingsOfRemittance(
  { reasons, sanctionsVersion, assessedAt }: RemittanceAssessmentRow,
  hits: readonly StoredHit[],
  [newest, ...older]: readonly Finding[],
): readonly [Finding, ...Finding[]] {
  const first = { sanctionsVersion, reasons: reasons.filter(isScreeningReason), hits, screenedAt: assessedAt }
  return newest === undefined ? [first] : [newest, ...older, first]
}

/** What whoever approves could see, and what the list in force finds; null where that is the list that was screened against. */
export type Reviewed = { readonly shown: Finding | null; readonly found: LaterFinding | null }

/**
 * Whether somebody may approve what they looked at. Not what they could not see: they look again. Nor what would be declined if
 * it were asked for now, as nobody may approve what was declined at first.
 */
export function mayApprove({ shown, found }: Reviewed): Outcome<null, 'SCREENING_CHANGED' | 'COMPLIANCE_DECLINES'> {
  if (found !== null && findsMore(found, shown))
    return refuse('SCREENING_CHANGED', 'What compliance finds has changed: look at it again.', ['decision'])
  const newest = found ?? shown
  if (newest !== null && decisionOf(newest.reasons) === 'DECLINE')
    return refuse('COMPLIANCE_DECLINES', 'Nobody may approve what compliance declines.', ['decision'])
  return ok(null)
}

/** Whether there is a reason that there was not, or an entry, another name of it, or that it is the very same name. */
function findsMore(found: Finding, shown: Finding | null): boolean {
  const codes = shown?.reasons.map(({ code }) => code) ?? []
  const hits = new Set(shown?.hits.map(keyOf))
  return found.reasons.some(({ code }) => !codes.includes(code)) || found.hits.some((hit) => !hits.has(keyOf(hit)))
}

const keyOf = ({ party, screenedName, entryId, matchedName, isExact }: StoredHit): string =>
  JSON.stringify([party, screenedName, entryId, matchedName, isExact])
