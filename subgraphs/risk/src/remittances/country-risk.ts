import type { Reason } from './reason.ts'
import type { RemittanceToAssess } from './request.ts'

/**
 * Jurisdictions that the FATF calls for action against. Source: FATF, "High-Risk Jurisdictions subject to a Call for
 * Action", 24 October 2025. The list changes up to three times a year (February, June, October): look at it then.
 */
const CALL_FOR_ACTION = {
  KP: 'COUNTERMEASURES',
  IR: 'COUNTERMEASURES',
  MM: 'ENHANCED_DUE_DILIGENCE',
} as const

/**
 * What the countries of a remittance say against it: where the beneficiary is said to be, and where the account is. The
 * first is what the sender typed; the money goes to the second.
 */
export function countryReasons({
  country,
  bankCountry,
}: Pick<RemittanceToAssess['beneficiary'], 'country' | 'bankCountry'>): Reason[] {
  const asked = [{ name: 'beneficiary_country', value: country }]
  if (bankCountry !== null && bankCountry !== country) asked.push({ name: 'bank_country', value: bankCountry })
  return asked.map(reasonOf).filter((reason) => reason !== null)
}

function reasonOf(input: { readonly name: string; readonly value: string }): Reason | null {
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
          counterfactual: 'To another country this would not decline the remittance.',
        },
      }
    : {
        code: 'COUNTRY_HIGH_RISK',
        effect: 'REVIEW',
        explanation: {
          rule: 'country.high_risk',
          summary: `The FATF calls for enhanced due diligence with ${country}.`,
          inputs,
          counterfactual: 'To another country this would not hold the remittance.',
        },
      }
}

const isListed = (country: string): country is keyof typeof CALL_FOR_ACTION => Object.hasOwn(CALL_FOR_ACTION, country)
