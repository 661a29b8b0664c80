import { holdsCardNumber } from '@carriergraph/shared/cards/holds-card-number.ts'
import { type Outcome, ok, refuse } from '@carriergraph/shared/outcome.ts'
import { isPrintableText } from '@carriergraph/shared/printable-text.ts'
import { countrySpecs, electronicFormatIBAN, isValidBIC } from 'ibantools'
import { type ClearingMember, type ClearingSystem, readClearingMember } from '../domain/clearing-member.ts'
import { isIban } from '../domain/iban.ts'
import {
  countryOfAgent,
  isAccountNumber,
  isInCountryOf,
  looksLikeIban,
  takesIbansAlone,
} from '../rails/account-number.ts'

/** Who a remittance goes to. */
export type Beneficiary = {
  readonly name: string
  /** ISO 3166-1 alpha-2. */
  readonly country: string
  /** An IBAN in its electronic form, or with a bank an account number at that bank. */
  readonly account: string
  /** The bank by one of both; an IBAN has a BIC beside it, or neither. */
  readonly bic: string | null
  readonly clearingMember: ClearingMember | null
}

type BankAccount = Pick<Beneficiary, 'account' | 'bic' | 'clearingMember'>

export type GivenBeneficiary = {
  readonly name: string
  readonly country: string
  readonly iban: string | null
  readonly accountNumber: string | null
  readonly bic: string | null
  readonly clearingMember: { readonly system: ClearingSystem; readonly id: string } | null
}

/** SEPA's; banks carry no more. */
const NAME_LENGTH_MAX = 70

export type BeneficiaryCode =
  | 'INVALID_VALUE'
  | 'UNKNOWN_COUNTRY'
  | 'IBAN_INVALID'
  | 'BIC_INVALID'
  | 'CLEARING_MEMBER_INVALID'
  | 'IBAN_REQUIRED'

/** Reads whom a remittance goes to, by an IBAN or by an account number with its bank. No refusal repeats them. */
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

function readAccount(given: GivenBeneficiary): Outcome<BankAccount, BeneficiaryCode> {
  const { iban, accountNumber } = given
  if (iban !== null && accountNumber === null) return readIban(iban, given)
  if (iban !== null || accountNumber === null)
    return at('iban', 'INVALID_VALUE', 'Give either an IBAN, or an account number with its bank.')
  if (!isAccountNumber(accountNumber))
    return at(
      'accountNumber',
      'INVALID_VALUE',
      'An account number has 1 to 34 letters, digits, spaces, dashes or strokes.',
    )
  // Its country would count for nothing beside that of the bank.
  if (looksLikeIban(accountNumber)) return at('accountNumber', 'INVALID_VALUE', 'This is an IBAN: give it as one.')
  const bank = readBank(given)
  return bank.ok ? ok({ account: accountNumber, ...bank.value }) : bank
}

function readIban(
  iban: string,
  { bic: givenBic, clearingMember }: GivenBeneficiary,
): Outcome<BankAccount, BeneficiaryCode> {
  const account = electronicFormatIBAN(iban)
  if (account === null || !isIban(account))
    return at('iban', 'IBAN_INVALID', 'It is no IBAN: its country, length, form or check digits are wrong.')
  if (clearingMember !== null)
    return at('clearingMember', 'INVALID_VALUE', 'Beside an IBAN the bank is given by its BIC, or not at all.')
  const bic = givenBic?.toUpperCase() ?? null
  if (bic !== null && !isValidBIC(bic))
    return at('bic', 'BIC_INVALID', 'A BIC has 8 or 11 characters, of which two are a country.')
  // What is screened by the one would be sent by the other.
  if (bic !== null && !isInCountryOf(bic, account))
    return at('bic', 'BIC_INVALID', 'It is the BIC of a bank in another country than that of the IBAN.')
  return ok({ account, bic, clearingMember })
}

function readBank({
  bic: givenBic,
  clearingMember: givenMember,
}: GivenBeneficiary): Outcome<Pick<Beneficiary, 'bic' | 'clearingMember'>, BeneficiaryCode> {
  if (givenBic !== null && givenMember !== null)
    return at('clearingMember', 'INVALID_VALUE', 'Give the bank by its BIC or as a member of a clearing system.')
  if (givenMember !== null) {
    const clearingMember = readClearingMember(givenMember.system, givenMember.id)
    if (clearingMember !== undefined) return ok({ bic: null, clearingMember })
    const message = `No member of ${givenMember.system} has such an id.`
    return refuse('CLEARING_MEMBER_INVALID', message, ['beneficiary', 'clearingMember', 'id'])
  }
  // As with IBANs: what hangs on the country in it must not depend on how it is typed.
  const bic = givenBic === null ? null : givenBic.toUpperCase()
  if (bic === null || !isValidBIC(bic))
    return at(
      'bic',
      'BIC_INVALID',
      'The bank is given by its BIC, 8 or 11 characters, or as a member of a clearing system.',
    )
  if (takesIbansAlone(bic.slice(4, 6))) return at('iban', 'IBAN_REQUIRED', 'Banks in this country take IBANs alone.')
  return ok({ bic, clearingMember: null })
}

const at = (field: string, code: BeneficiaryCode, message: string) => refuse(code, message, ['beneficiary', field])

/** The bank, as rails know it; undefined where an IBAN alone was given. */
export const agentOf = ({ bic, clearingMember }: Pick<Beneficiary, 'bic' | 'clearingMember'>): string | undefined =>
  bic ?? clearingMember ?? undefined

/**
 * Where the account is, ISO 3166-1 alpha-2, by its IBAN or by its bank: what the sender says of the beneficiary tells nothing
 * of it.
 */
export function bankCountryOf(bankAccount: BankAccount): string {
  const agent = agentOf(bankAccount)
  return (agent === undefined ? undefined : countryOfAgent(agent)) ?? bankAccount.account.slice(0, 2)
}

/** How many characters of an account are shown: enough for people to tell two of theirs apart. */
const SHOWN_LENGTH = 4

/** An account as others than the bank may see it: `DE…3000`, `…0042`. Nothing of one that is hardly longer than that. */
export function maskedAccount({ account }: BankAccount): string {
  const country = isIban(account) ? account.slice(0, 2) : ''
  return account.length < 2 * SHOWN_LENGTH ? '…' : `${country}…${account.slice(-SHOWN_LENGTH)}`
}
