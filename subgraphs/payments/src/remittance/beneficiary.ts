import { type Outcome, ok, refuse } from '@carriergraph/shared/outcome.ts'
import { isPrintableText } from '@carriergraph/shared/printable-text.ts'
import { countrySpecs, electronicFormatIBAN, isSEPACountry, isValidBIC, isValidIBAN } from 'ibantools'
import { holdsCardNumber } from '../vault/holds-card-number.ts'

/** Who a remittance goes to. */
export type Beneficiary = {
  readonly name: string
  /** ISO 3166-1 alpha-2. */
  readonly country: string
  /** An IBAN in its electronic form where `bic` is null, else an account number at that bank. */
  readonly account: string
  readonly bic: string | null
}

export type GivenBeneficiary = {
  readonly name: string
  readonly country: string
  readonly iban: string | null
  readonly accountNumber: string | null
  readonly bic: string | null
}

/** SEPA's; banks carry no more. */
const NAME_LENGTH_MAX = 70
/** As the messages have room for it, in the letters of SWIFT that accounts are made of. */
const ACCOUNT_NUMBER = /^[A-Za-z0-9](?:[A-Za-z0-9 /-]{0,32}[A-Za-z0-9])?$/

export type BeneficiaryCode = 'INVALID_VALUE' | 'UNKNOWN_COUNTRY' | 'IBAN_INVALID' | 'BIC_INVALID' | 'IBAN_REQUIRED'

/** Reads whom a remittance goes to, by an IBAN or by an account number with the BIC of its bank. No refusal repeats them. */
export function readBeneficiary(given: GivenBeneficiary): Outcome<Beneficiary, BeneficiaryCode> {
  const { name, country } = given
  if (!isPrintableText(name.trim(), NAME_LENGTH_MAX))
    return at('name', 'INVALID_VALUE', `A name has 1 to ${NAME_LENGTH_MAX} printable characters.`)
  if (holdsCardNumber(name)) return at('name', 'INVALID_VALUE', 'A name must not hold a card number.')
  if (!Object.hasOwn(countrySpecs, country))
    return at('country', 'UNKNOWN_COUNTRY', 'A country is given by its two capitals, such as FR.')
  const account = readAccount(given)
  return account.ok ? ok({ name: name.trim(), country, ...account.value }) : account
}

function readAccount({
  iban,
  accountNumber,
  bic: givenBic,
}: GivenBeneficiary): Outcome<Pick<Beneficiary, 'account' | 'bic'>, BeneficiaryCode> {
  // As with IBANs: what hangs on the country in it must not depend on how it is typed.
  const bic = givenBic === null ? null : givenBic.toUpperCase()
  if ((iban === null) === (accountNumber === null))
    return at('iban', 'INVALID_VALUE', 'Give either an IBAN, or an account number with the BIC of its bank.')
  if (iban !== null) {
    const account = electronicFormatIBAN(iban)
    if (account === null || !isValidIBAN(account))
      return at('iban', 'IBAN_INVALID', 'It is no IBAN: its country, length, form or check digits are wrong.')
    return bic === null
      ? ok({ account, bic })
      : at('bic', 'INVALID_VALUE', 'An IBAN names its bank: give no BIC with it.')
  }
  if (accountNumber === null || !ACCOUNT_NUMBER.test(accountNumber))
    return at(
      'accountNumber',
      'INVALID_VALUE',
      'An account number has 1 to 34 letters, digits, spaces, dashes or strokes.',
    )
  if (bic === null || !isValidBIC(bic))
    return at('bic', 'BIC_INVALID', 'The bank is given by its BIC, 8 or 11 characters.')
  if (isSEPACountry(bic.slice(4, 6))) return at('iban', 'IBAN_REQUIRED', 'Banks in this country take IBANs alone.')
  return ok({ account: accountNumber, bic })
}

const at = (field: string, code: BeneficiaryCode, message: string) => refuse(code, message, ['beneficiary', field])

/** Where the account is, ISO 3166-1 alpha-2: what the sender says of the beneficiary tells nothing of it. */
export const bankCountryOf = ({ account, bic }: Pick<Beneficiary, 'account' | 'bic'>): string =>
  bic === null ? account.slice(0, 2) : bic.slice(4, 6)

/** How many characters of an account are shown: enough for people to tell two of theirs apart. */
const SHOWN_LENGTH = 4

/** An account as others than the bank may see it: `DE…3000`, `…0042`. Nothing of one that is hardly longer than that. */
export function maskedAccount({ account, bic }: Pick<Beneficiary, 'account' | 'bic'>): string {
  const country = bic === null ? account.slice(0, 2) : ''
  return account.length < 2 * SHOWN_LENGTH ? '…' : `${country}…${account.slice(-SHOWN_LENGTH)}`
}
