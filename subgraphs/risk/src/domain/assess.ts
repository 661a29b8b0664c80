import type { Explanation } from '@carriergraph/shared/explanation.ts'
import { type Facts, RULES, type RuleHit } from './rules.ts'

export const RISK_DECISIONS = ['APPROVE', 'REVIEW', 'DECLINE'] as const
export type RiskDecision = (typeof RISK_DECISIONS)[number]

export const SCORE_MAX = 100
/** From this score on, a person looks at the payment … */
export const REVIEW_SCORE = 40
/** … and from this one on it is declined. */
export const DECLINE_SCORE = 80

export type Assessment = {
  readonly decision: RiskDecision
  /** 0 to 100. */
  readonly score: number
  /** Most points first. */
  readonly ruleHits: readonly RuleHit[]
  readonly explanation: Explanation
}

/** Runs every rule and adds their points up. The same facts give the same assessment. */
export function assess(facts: Facts): Assessment {
  const ruleHits = RULES.map((rule) => rule(facts))
    .filter((hit) => hit !== null)
    .sort((a, b) => b.points - a.points)
  const score = Math.min(
    SCORE_MAX,
    ruleHits.reduce((sum, { points }) => sum + points, 0),
  )
  const decision = decide(score)
  return { decision, score, ruleHits, explanation: explain(decision, score, ruleHits) }
}

function decide(score: number): RiskDecision {
  if (score >= DECLINE_SCORE) return 'DECLINE'
  return score >= REVIEW_SCORE ? 'REVIEW' : 'APPROVE'
}

function explain(decision: RiskDecision, score: number, ruleHits: readonly RuleHit[]): Explanation {
  const inputs = [{ name: 'score', value: String(score) }, ...ruleHits.map(pointsInput)]
  const rule = `score.${decision.toLowerCase()}`
  const names = ruleHits.map((hit) => hit.rule).join(', ')
  if (decision === 'APPROVE') {
    const summary = ruleHits.length === 0 ? 'No rule fired.' : `The score is below ${REVIEW_SCORE}: ${names}.`
    return { rule, summary, inputs, counterfactual: `From a score of ${REVIEW_SCORE} a person would have to look.` }
  }
  const limit = decision === 'REVIEW' ? REVIEW_SCORE : DECLINE_SCORE
  return {
    rule,
    summary: `The score is ${limit} or more: ${names}.`,
    inputs,
    counterfactual: `Below a score of ${limit} it would be ${decision === 'REVIEW' ? 'approved' : 'reviewed or approved'}.`,
  }
}

const pointsInput = ({ rule, points }: RuleHit) => ({ name: rule, value: `${points} points` })
