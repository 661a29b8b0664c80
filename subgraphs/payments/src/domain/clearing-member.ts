type ClearingSystemRules = {
  /** Where its members are, ISO 3166-1 alpha-2. */
  readonly country: string
  readonly form: RegExp
  readonly hasCheckDigit?: true
}

/**
 * Clearing systems whose members are banks of countries without IBANs. Codes and forms are those of ISO 20022's external list
 * ExternalClearingSystemIdentification1Code; where a system itself is stricter, its form: an INFSC has a zero as its fifth
 * character, a CACPA one as its first, and the last digit of a USABA checks the others.
 */
export const CLEARING_SYSTEMS = {
  AUBSB: { country: 'AU', form: /^[0-9]{6}$/ },
  CACPA: { country: 'CA', form: /^0[0-9]{8}$/ },
  CNAPS: { country: 'CN', form: /^[0-9]{12}$/ },
  HKNCC: { country: 'HK', form: /^[0-9]{3}$/ },
  INFSC: { country: 'IN', form: /^[A-Z]{4}0[A-Z0-9]{6}$/ },
  JPZGN: { country: 'JP', form: /^[0-9]{7}$/ },
  NZNCC: { country: 'NZ', form: /^[0-9]{6}$/ },
  USABA: { country: 'US', form: /^[0-9]{9}$/, hasCheckDigit: true },
} as const satisfies Record<string, ClearingSystemRules>

export type ClearingSystem = keyof typeof CLEARING_SYSTEMS

/** A bank as a member of a clearing system, such as `USABA/021000021`. */
export type ClearingMember = `${ClearingSystem}/${string}`

const isClearingSystem = (text: string): text is ClearingSystem => Object.hasOwn(CLEARING_SYSTEMS, text)

/** Undefined for an id that no member of the system has. Spaces and dashes, with which people write ids, do no harm. */
export function readClearingMember(system: ClearingSystem, id: string): ClearingMember | undefined {
  const electronic = id.replaceAll(/[ -]/g, '').toUpperCase()
  const rules: ClearingSystemRules = CLEARING_SYSTEMS[system]
  if (!rules.form.test(electronic) || (rules.hasCheckDigit && !isChecked(electronic))) return undefined
  return `${system}/${electronic}`
}

/** The parts of a member; undefined for a text that is none. */
export function clearingMemberIn(
  text: string,
): { readonly system: ClearingSystem; readonly id: string; readonly country: string } | undefined {
  const [system = '', id = ''] = text.split('/')
  if (!isClearingSystem(system) || readClearingMember(system, id) !== text) return undefined
  return { system, id, country: CLEARING_SYSTEMS[system].country }
}

/** The American Bankers Association's: weights 3, 7 and 1 in turn, and a sum that ten divides. */
const WEIGHTS = [3, 7, 1] as const

function isChecked(digits: string): boolean {
  const sum = [...digits].reduce((total, digit, place) => total + Number(digit) * (WEIGHTS[place % 3] ?? 0), 0)
  return sum % 10 === 0
}
