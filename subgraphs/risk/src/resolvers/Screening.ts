import { type Finding, findingsOfPayment, findingsOfRemittance } from '../compliance/finding.ts'
import { decisionOf } from '../compliance/reason.ts'
import type { RemittanceAssessmentRow } from '../db/tables/remittance-assessment.ts'
import type { RiskAssessmentRow } from '../db/tables/risk-assessment.ts'
import type { ScreeningResolvers } from '../generated/resolvers.ts'
import type { Loaders } from '../loaders.ts'

export const Screening: ScreeningResolvers = {
  decision: ({ reasons }) => decisionOf(reasons),
  reasons: ({ reasons }) => [...reasons],
  screeningHits: ({ hits }) => [...hits],
  sanctionsListDigest: ({ sanctionsVersion }, _args, { loaders }) => digestOf(sanctionsVersion, loaders),
}

export const digestOf = async (version: number | null, { sanctionsDigest }: Loaders): Promise<string | null> =>
  version === null ? null : sanctionsDigest.load(version)

/** Newest first. */
export async function screeningsOfPayment(assessment: RiskAssessmentRow, loaders: Loaders): Promise<Finding[]> {
  const { id } = assessment
  const [hits, later] = await Promise.all([
    loaders.hitsOfPaymentAssessment.load(id),
    loaders.rescreeningsOfPaymentAssessment.load(id),
  ])
  return findingsOfPayment(assessment, hits, later)
}

/** Newest first. */
export async function screeningsOfRemittance(
  assessment: RemittanceAssessmentRow,
  loaders: Loaders,
): Promise<readonly [Finding, ...Finding[]]> {
  const { id } = assessment
  const [hits, later] = await Promise.all([
    loaders.hitsOfAssessment.load(id),
    loaders.rescreeningsOfAssessment.load(id),
  ])
  return findingsOfRemittance(assessment, hits, later)
}
