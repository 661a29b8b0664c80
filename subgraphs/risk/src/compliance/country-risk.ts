import type { ScreeningReason } from './reason.ts'

/**
 * Jurisdictions that the FATF calls for action against. Source: FATF, "High-Risk Jurisdictions subject to a Call for
 * Action", 24 October 2025. The list changes up to three times a year (February, June, October): look at it then.
 */
const CALL_FOR_ACTION = {
  KP: 'COUNTERMEASURES',
  IR: 'COUNTERMEASURES',
  MM: 'ENHANCED_DUE_DILIGENCE',
} as const

/** A country of a remittance or a payment, and what is there; null where it is not known. */
export type Place = {
  readonly name: 'beneficiary_country' | 'account_country' | 'bank_country'
  readonly country: string | null
}

/**
 * What countries say against a remittance or a payment: where somebody is said to be, and where their account and its bank
 * are. The first is what was typed; the money goes to the others. A country that is named twice counts once.
 */
export function countryReasons(places: readonly Place[]): ScreeningReason[] {
  const known = places.flatMap(({ name, country }) => (country === null ? [] : [{ name, value: country }]))
  return known
    .filter(({ value }, index) => known.findIndex((other) => other.value === value) === index)
    .map(reasonOf)
    .filter((reason) => reason !== null)
}

function reasonOf(input: { readonly name: string; readonly value: string }): ScreeningReason | null {
  const { value: country } = input
  if (!isListed(country)) return null
  const inputs = [input]
  return CALL_FOR_ACTION[country] === 'COUNTERMEASURES'
    ? {
        code: 'COUNTRY_COUNTERMEASURES',
        effect: 'DECLINE',
        explanation: {
          rule: 'country.countermeasures',
          summary: `The FATF calls for countermeasures against ${country}.`,
          inputs,
          counterfactual: 'With another country this would not decline it.',
        },
      }
    : {
        code: 'COUNTRY_HIGH_RISK',
        effect: 'REVIEW',
        explanation: {
          rule: 'country.high_risk',
          summary: `The FATF calls for enhanced due diligence with ${country}.`,
          inputs,
          counterfactual: 'With another country this would not hold it.',
        },
      }
}

const isListed = (country: string): country is keyof typeof CALL_FOR_ACTION => Object.hasOwn(CALL_FOR_ACTION, country)
