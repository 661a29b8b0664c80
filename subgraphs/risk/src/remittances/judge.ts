import type { Tx } from '@carriergraph/shared/db/pools.ts'
import { countryReasons } from '../compliance/country-risk.ts'
import { byGravity, decisionOf, type Reason } from '../compliance/reason.ts'
import type { UserRow } from '../db/tables/user.ts'
import type { RiskDecision } from '../domain/assess.ts'
import type { Hit } from '../sanctions/hit.ts'
import { nameKey, readName } from '../sanctions/matching/name.ts'
import { sanctionsReasons } from '../sanctions/reasons.ts'
import type { NameToScreen, Screening } from '../sanctions/screen.ts'
import { senderHistory } from './db/history.ts'
import { historyReasons } from './history-rules.ts'
import { kycReason } from './kyc.ts'
import { purposeReasons } from './purpose.ts'
import type { RemittanceToAssess } from './request.ts'

export type Judgement = {
  readonly decision: RiskDecision
  readonly reasons: readonly Reason[]
  readonly hits: readonly Hit[]
  readonly sanctionsVersion: number | null
  /** Who counts as the same beneficiary. */
  readonly beneficiaryKey: string
}

/** Whose names are screened. */
export const namesOf = (beneficiaryName: string, senderName: string | null): NameToScreen[] => [
  { party: 'BENEFICIARY', name: beneficiaryName },
  ...(senderName === null ? [] : [{ party: 'SENDER' as const, name: senderName }]),
]

export type Question = {
  readonly remittance: RemittanceToAssess
  /** Null who is not registered. */
  readonly sender: UserRow | null
  readonly screening: Screening
}

/** Asks every rule about a remittance, whatever the others say: whoever reviews it sees all there is. */
export async function judge(tx: Tx, { remittance, sender, screening }: Question): Promise<Judgement> {
  const { beneficiary, usdEquivalent } = remittance
  const beneficiaryKey = `${beneficiary.country} ${nameKey(readName(beneficiary.name))}`
  const history = await senderHistory(tx, remittance, beneficiaryKey)
  const reasons = byGravity(
    [
      kycReason(sender?.kycStatus ?? null),
      ...sanctionsReasons(screening),
      ...countryReasons([
        { name: 'beneficiary_country', country: beneficiary.country },
        { name: 'bank_country', country: beneficiary.bankCountry },
      ]),
      ...historyReasons(usdEquivalent, history),
      ...purposeReasons(usdEquivalent, remittance),
    ].filter((reason) => reason !== null),
  )
  return {
    decision: decisionOf(reasons),
    reasons,
    hits: screening.hits,
    sanctionsVersion: screening.version,
    beneficiaryKey,
  }
}
