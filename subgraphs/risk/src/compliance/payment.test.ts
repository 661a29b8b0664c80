import { describe, expect, it } from 'vitest'
import { type Assessment, assess, type RiskDecision } from '../domain/assess.ts'
import type { Hit, ScreenedParty } from '../sanctions/hit.ts'
import type { Screening } from '../sanctions/screen.ts'
import { type Counterparty, complianceReasons, namesOf, withCompliance } from './payment.ts'

const CLEAN: Screening = { version: 1, hits: [], unclear: [] }

const hit = (isExact: boolean): Hit => ({
  party: 'BENEFICIARY',
  screenedName: 'Ostin Veldrox',
  entryId: 'demo-1',
  entryName: 'VELDROX, Ostin Karim',
  matchedName: 'VELDROX, Ostin Karim',
  program: 'DEMO',
  score: isExact ? 1 : 0.9,
  isExact,
  isConclusive: isExact,
})

const at = (accountCountry: string | null, bankCountry: string | null = null): Counterparty => ({
  party: 'BENEFICIARY',
  name: 'Wanjiru Kamau',
  accountCountry,
  bankCountry,
})

describe('compliance', () => {
  it.each<[string, Partial<Screening>, Counterparty | null, string[]]>([
    ['nothing', {}, null, []],
    ['nothing at a bank', {}, at('DE', 'DE'), []],
    ['a bank that is not named', {}, at(null), []],
    ['the same name', { hits: [hit(true)] }, null, ['SANCTIONS_EXACT_MATCH DECLINE']],
    ['a similar name', { hits: [hit(false)] }, null, ['SANCTIONS_POSSIBLE_MATCH REVIEW']],
    ['a name that cannot be compared', { unclear: ['SENDER'] }, null, ['SANCTIONS_NAME_UNCLEAR REVIEW']],
    ['no list, of what leaves for a bank', { version: null }, at('DE'), ['SANCTIONS_LIST_MISSING REVIEW']],
    ['no list, of what stays', { version: null }, null, []],
    ['no list, of what comes from a bank', { version: null }, { ...at('DE'), party: 'SENDER' }, []],
    ['an account in Iran', {}, at('IR'), ['COUNTRY_COUNTERMEASURES DECLINE']],
    ['a bank in Iran', {}, at('DE', 'IR'), ['COUNTRY_COUNTERMEASURES DECLINE']],
    ['both in Iran', {}, at('IR', 'IR'), ['COUNTRY_COUNTERMEASURES DECLINE']],
    ['a bank in Myanmar', {}, at(null, 'MM'), ['COUNTRY_HIGH_RISK REVIEW']],
    [
      'a similar name in North Korea',
      { hits: [hit(false)] },
      at('KP'),
      ['COUNTRY_COUNTERMEASURES DECLINE', 'SANCTIONS_POSSIBLE_MATCH REVIEW'],
    ],
  ])('finds of %s', (_, screening, counterparty, expected) => {
    const reasons = complianceReasons({ ...CLEAN, ...screening }, counterparty)
    expect(reasons.map(({ code, effect }) => `${code} ${effect}`)).toEqual(expected)
  })

  it.each<[string, ScreenedParty | null, string | null, string[]]>([
    ['a top-up', null, null, ['SENDER Ada']],
    ['a transfer', null, 'Bruno', ['BENEFICIARY Bruno', 'SENDER Ada']],
    ['a withdrawal', 'BENEFICIARY', null, ['BENEFICIARY Wanjiru Kamau', 'SENDER Ada']],
    ['a deposit', 'SENDER', null, ['SENDER Wanjiru Kamau', 'BENEFICIARY Ada']],
  ])('screens the names of %s', (_, party, payee, expected) => {
    const names = namesOf({ payer: 'Ada', payee, counterparty: party && { ...at('DE'), party } })
    expect(names.map((one) => `${one.party} ${one.name}`)).toEqual(expected)
  })
})

const scored = (decision: RiskDecision): Assessment => ({
  ...assess({ amountEuro: null, kycStatus: null, paymentsNearby: 0, earlierPayments: 0, averageEuro: null }),
  decision,
})

describe('of the score and compliance the graver decides', () => {
  const found = {
    APPROVE: [],
    REVIEW: complianceReasons({ ...CLEAN, hits: [hit(false)] }, null),
    DECLINE: complianceReasons({ ...CLEAN, hits: [hit(true)] }, null),
  }
  it.each<[RiskDecision, RiskDecision, RiskDecision, string]>([
    ['APPROVE', 'APPROVE', 'APPROVE', 'score.decline'],
    ['APPROVE', 'REVIEW', 'REVIEW', 'compliance.being_checked'],
    ['APPROVE', 'DECLINE', 'DECLINE', 'compliance.not_possible'],
    ['REVIEW', 'APPROVE', 'REVIEW', 'score.decline'],
    ['REVIEW', 'REVIEW', 'REVIEW', 'score.decline'],
    ['REVIEW', 'DECLINE', 'DECLINE', 'compliance.not_possible'],
    ['DECLINE', 'REVIEW', 'DECLINE', 'score.decline'],
  ])('%s and %s: %s', (score, compliance, decision, rule) => {
    const whole = withCompliance(scored(score), found[compliance])
    expect(whole).toMatchObject({ decision, score: scored(score).score, explanation: { rule } })
    expect(JSON.stringify(whole)).not.toContain('VELDROX')
  })
})
