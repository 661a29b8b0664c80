import type { Explanation } from '@carriergraph/shared/explanation.ts'
import type { Assessment, RiskDecision } from '../domain/assess.ts'
import type { ScreenedParty } from '../sanctions/hit.ts'
import { sanctionsReasons } from '../sanctions/reasons.ts'
import type { NameToScreen, Screening } from '../sanctions/screen.ts'
import { countryReasons } from './country-risk.ts'
import { byGravity, decisionOf, type ScreeningReason } from './reason.ts'

/** Who is at the other end of a payment, outside of the graph. */
export type Counterparty = {
  /** BENEFICIARY of a withdrawal, SENDER of a deposit. */
  readonly party: ScreenedParty
  readonly name: string
  /** ISO 3166-1 alpha-2, of the account by its IBAN and of its bank by its BIC; null where that is not known. */
  readonly accountCountry: string | null
  readonly bankCountry: string | null
}

/** Whom risk can name of a payment; null who is none, or is not registered. */
export type Parties = {
  readonly payer: string | null
  /** The owner of the wallet or billing account that a transfer or a top-up goes to. */
  readonly payee: string | null
  readonly counterparty: Counterparty | null
}

/** Whose names are screened, and on which side they stand: of a deposit the payer is who gets the money. */
export function namesOf({ payer, payee, counterparty }: Parties): NameToScreen[] {
  const payers: ScreenedParty = counterparty?.party === 'SENDER' ? 'BENEFICIARY' : 'SENDER'
  return [
    ...(counterparty === null ? [] : [{ party: counterparty.party, name: counterparty.name }]),
    ...(payee === null ? [] : [{ party: 'BENEFICIARY' as const, name: payee }]),
    ...(payer === null ? [] : [{ party: payers, name: payer }]),
  ]
}

/**
 * What compliance finds against a payment, gravest first: names on or like the sanctions list, and countries. Without a list only
 * what leaves for a bank is held: what stays in the graph cannot leave for one unscreened.
 */
export const complianceReasons = (screening: Screening, counterparty: Counterparty | null): ScreeningReason[] =>
  byGravity([
    ...(screening.version === null && counterparty?.party !== 'BENEFICIARY' ? [] : sanctionsReasons(screening)),
    ...countryReasons([
      { name: 'account_country', country: counterparty?.accountCountry ?? null },
      { name: 'bank_country', country: counterparty?.bankCountry ?? null },
    ]),
  ])

const GRAVITY: readonly RiskDecision[] = ['APPROVE', 'REVIEW', 'DECLINE']

/**
 * A score and what compliance found: the graver decides, and no score outweighs the other or adds to it. The payer reads the
 * explanation, so that of compliance says what comes of it and nothing of what was found (tipping off, see `senderNotice`).
 */
export function withCompliance(scored: Assessment, reasons: readonly ScreeningReason[]): Assessment {
  const decision = decisionOf(reasons)
  if (GRAVITY.indexOf(decision) <= GRAVITY.indexOf(scored.decision)) return scored
  return { ...scored, decision, explanation: decision === 'DECLINE' ? NOT_POSSIBLE : BEING_CHECKED }
}

const BEING_CHECKED: Explanation = {
  rule: 'compliance.being_checked',
  summary: 'The payment is being checked.',
  inputs: [],
  counterfactual: 'It goes on, or is refused, when somebody has checked it.',
}

const NOT_POSSIBLE: Explanation = {
  rule: 'compliance.not_possible',
  summary: 'The payment cannot be carried out.',
  inputs: [],
  counterfactual: 'What would have changed that is not told.',
}
