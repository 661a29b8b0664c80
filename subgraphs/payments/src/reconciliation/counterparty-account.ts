/** ISO 13616: country, check digits, and the account as its country writes it. */
const IBAN = /^[A-Z]{2}\d{2}[A-Z\d]{11,30}$/

/**
 * An account at the other end, as accounts are compared: an IBAN in capitals and without blanks, however it was printed. Of
 * other numbers, a blank or a small letter may be what tells two apart.
 */
export function accountKey(written: string): string {
  const electronic = written.replaceAll(/\s/g, '').toUpperCase()
  return IBAN.test(electronic) ? electronic : written
}

/** Whether they are two for sure. Numbers other than IBANs are written in several ways, with the bank's or without. */
export function areTwoAccounts(one: string, other: string): boolean {
  const keys = [accountKey(one), accountKey(other)]
  return keys.every((key) => IBAN.test(key)) && keys[0] !== keys[1]
}
