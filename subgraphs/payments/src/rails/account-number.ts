import { countrySpecs, isValidBIC } from 'ibantools'
import { clearingMemberIn } from '../domain/clearing-member.ts'

/** As the messages have room for it, in the letters of SWIFT that accounts are made of. */
const ACCOUNT_NUMBER = /^[A-Za-z0-9](?:[A-Za-z0-9 /-]{0,32}[A-Za-z0-9])?$/

export const isAccountNumber = (text: string): boolean => ACCOUNT_NUMBER.test(text)

/** Whether it is an IBAN, or was to be one: letters of a country that has them, two digits, and as long as they are there. */
export function looksLikeIban(text: string): boolean {
  const electronic = text.replaceAll(/[ -]/g, '').toUpperCase()
  const country = electronic.slice(0, 2)
  if (!/^[A-Z]{2}[0-9]{2}/.test(electronic) || !Object.hasOwn(countrySpecs, country)) return false
  return countrySpecs[country]?.chars === electronic.length
}

const isCapital = (text: string): boolean => text === text.toUpperCase()

/** Where a bank is by its BIC or as a member of a clearing system, ISO 3166-1 alpha-2; undefined for a text that is neither. */
export const countryOfAgent = (agent: string): string | undefined =>
  // ibantools takes small letters, which no message does.
  isCapital(agent) && isValidBIC(agent) ? agent.slice(4, 6) : clearingMemberIn(agent)?.country

/**
 * Territories with BICs of their own, and whose IBANs their banks have. Source: SWIFT's IBAN registry, "Country code includes other
 * countries/territories".
 */
const IBANS_OF: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ['BL', 'GF', 'GP', 'MF', 'MQ', 'NC', 'PF', 'PM', 'RE', 'TF', 'WF', 'YT'].map((territory) => [territory, 'FR']),
  ),
  GG: 'GB',
  IM: 'GB',
  JE: 'GB',
  AX: 'FI',
}

const ibanCountryOf = (country: string): string => IBANS_OF[country] ?? country

/** Whether the bank of a BIC is where the account of an IBAN is, as far as both say. */
export const isInCountryOf = (bic: string, iban: string): boolean =>
  ibanCountryOf(bic.slice(4, 6)) === ibanCountryOf(iban.slice(0, 2))

/**
 * Whether banks of a country (ISO 3166-1 alpha-2) have IBANs, and take nothing else from abroad: those of SWIFT's IBAN registry,
 * of which ibantools has the list, and of territories that have another country's; all of SEPA is among them. Other countries have a form of IBANs, and banks that do not know it.
 */
export const takesIbansAlone = (country: string): boolean => countrySpecs[ibanCountryOf(country)]?.IBANRegistry === true

/** A bank's own number, at a bank of a country without IBANs. */
export function isNumberAt(account: string, agent: string | undefined): boolean {
  const country = agent === undefined ? undefined : countryOfAgent(agent)
  if (country === undefined || takesIbansAlone(country)) return false
  return isAccountNumber(account) && !looksLikeIban(account)
}
