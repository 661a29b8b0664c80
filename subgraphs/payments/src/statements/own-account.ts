import { ValidationErrorsIBAN, validateIBAN } from 'ibantools'

/** The account as whoever asks about it writes it, which may be as it is printed: an IBAN without blanks and in capitals. */
export function accountAsked(written: string): string {
  const electronic = electronicForm(written)
  return isBuiltAsIban(electronic) ? electronic : written
}

/**
 * The account that a statement is of, as its bank writes it in all formats: an IBAN without blanks, without the currency that
 * banks put behind it in MT940 and in tables, and without their BIC before it. Other numbers stay as they are: what is
 * behind them may be a part of them.
 */
export function ownAccount(written: string, currency: string): string {
  const electronic = electronicForm(written)
  const [, behindBic = electronic] = BIC_BEFORE.exec(electronic) ?? []
  const withoutCurrency = behindBic.endsWith(currency) ? behindBic.slice(0, -currency.length) : behindBic
  // As it is written first: IBANs of Mauritius and of the Seychelles end with a currency.
  return [electronic, behindBic, withoutCurrency].find(isBuiltAsIban) ?? written
}

const electronicForm = (written: string): string => written.replace(/\s/g, '').toUpperCase()

/** Whether its check digits are right is its bank's affair. */
const isBuiltAsIban = (text: string): boolean => validateIBAN(text).errorCodes.every((code) => CHECKSUMS.includes(code))

const CHECKSUMS = [ValidationErrorsIBAN.WrongIBANChecksum, ValidationErrorsIBAN.WrongAccountBankBranchChecksum]

const BIC_BEFORE = /^[A-Z0-9]{8}(?:[A-Z0-9]{3})?\/(.+)$/
