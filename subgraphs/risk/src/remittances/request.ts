import { createHash } from 'node:crypto'
import { type Id, readId } from '@carriergraph/shared/ids.ts'
import { type Decimal, parseDecimal } from '@carriergraph/shared/money/decimal.ts'
import { formatAmount, type Money, type MoneyRefusal, parseMoney, toDecimal } from '@carriergraph/shared/money/money.ts'
import { type Outcome, ok, refuse } from '@carriergraph/shared/outcome.ts'
import { isPrintableText } from '@carriergraph/shared/printable-text.ts'
import { isCountryCode } from '../compliance/country-code.ts'

/** A remittance, as far as risk looks at it. */
export type RemittanceToAssess = {
  readonly remittanceId: Id<'rem'>
  readonly senderId: Id<'usr'>
  readonly beneficiary: {
    readonly name: string
    readonly country: string
    /** Where the account is; null where that is not known. */
    readonly bankCountry: string | null
    /** Their bank by one of both, if by any: of an IBAN it need not be known. */
    readonly bic: string | null
    readonly clearingMember: string | null
  }
  /** What is debited. */
  readonly amount: Money
  /** What arrives, and at which rate; null where that is not known. Reported, and not judged by. */
  readonly delivered: Money | null
  readonly customerRate: Decimal | null
  /** What that is worth in US dollars, as payments reckoned it. */
  readonly usdEquivalent: Decimal
  readonly purpose: string
  readonly sourceOfFunds: string
  readonly createdAt: Date
}

export type RemittanceInput = {
  readonly remittanceId: string
  readonly senderId: string
  readonly beneficiary: {
    readonly name: string
    readonly country: string
    readonly bankCountry?: string | null
    readonly bic?: string | null
    readonly clearingMember?: string | null
  }
  readonly amount: { readonly amount: string; readonly currency: string }
  readonly delivered?: { readonly amount: string; readonly currency: string } | null
  readonly customerRate?: string | null
  readonly usdEquivalent: string
  readonly purpose: string
  readonly sourceOfFunds: string
  readonly createdAt: Date
}

/** As long as ISO 20022 has names and remittance information. */
const TEXT_LENGTH_MAX = 140

/** Checks what is asked; the first fault in the order of the input is told. */
export function readRemittance(
  input: RemittanceInput,
): Outcome<RemittanceToAssess, 'INVALID_ID' | 'INVALID_VALUE' | MoneyRefusal> {
  const remittanceId = readId('rem', input.remittanceId, ['remittanceId'])
  if (!remittanceId.ok) return remittanceId
  const senderId = readId('usr', input.senderId, ['senderId'])
  if (!senderId.ok) return senderId
  const beneficiary = readBeneficiary(input.beneficiary)
  if (!beneficiary.ok) return beneficiary
  const amount = parseMoney(input.amount.amount, input.amount.currency, { field: ['amount'] })
  if (!amount.ok) return amount
  if (amount.value.minor === 0n) return refuse('INVALID_MONEY', 'A remittance is above zero.', ['amount', 'amount'])
  const usdEquivalent = readUsd(input.usdEquivalent, amount.value)
  if (!usdEquivalent.ok) return usdEquivalent
  const exchange = readExchange(input)
  if (!exchange.ok) return exchange
  const purpose = readText(input.purpose, ['purpose'])
  if (!purpose.ok) return purpose
  const sourceOfFunds = readText(input.sourceOfFunds, ['sourceOfFunds'])
  if (!sourceOfFunds.ok) return sourceOfFunds
  return ok({
    remittanceId: remittanceId.value,
    senderId: senderId.value,
    beneficiary: beneficiary.value,
    amount: amount.value,
    ...exchange.value,
    usdEquivalent: usdEquivalent.value,
    purpose: purpose.value,
    sourceOfFunds: sourceOfFunds.value,
    createdAt: input.createdAt,
  })
}

function readBeneficiary(
  input: RemittanceInput['beneficiary'],
): Outcome<RemittanceToAssess['beneficiary'], 'INVALID_VALUE'> {
  const { country, bankCountry = null, bic = null, clearingMember = null } = input
  const name = readText(input.name, ['beneficiary', 'name'])
  if (!name.ok) return name
  if (!isCountryCode(country)) return noCountry('country')
  if (bankCountry !== null && !isCountryCode(bankCountry)) return noCountry('bankCountry')
  const banks = Object.entries({ bic, clearingMember })
  for (const [field, bank] of banks) {
    const read = bank === null ? undefined : readText(bank, ['beneficiary', field])
    if (read?.ok === false) return read
  }
  return ok({ name: name.value, country, bankCountry, bic, clearingMember })
}

function readExchange({
  delivered,
  customerRate,
}: RemittanceInput): Outcome<Pick<RemittanceToAssess, 'delivered' | 'customerRate'>, 'INVALID_VALUE' | MoneyRefusal> {
  const money =
    delivered == null ? undefined : parseMoney(delivered.amount, delivered.currency, { field: ['delivered'] })
  if (money?.ok === false) return money
  const rate = customerRate == null ? undefined : parseDecimal(customerRate)
  if (customerRate != null && !rate?.greaterThan(0))
    return refuse('INVALID_VALUE', 'Give a plain decimal number above zero, such as "1.1684".', ['customerRate'])
  return ok({ delivered: money?.value ?? null, customerRate: rate ?? null })
}

const noCountry = (field: string) =>
  refuse('INVALID_VALUE', 'Give an ISO 3166-1 alpha-2 code, such as KE.', ['beneficiary', field])

function readText(text: string, field: readonly string[]): Outcome<string, 'INVALID_VALUE'> {
  const trimmed = text.trim()
  if (isPrintableText(trimmed, TEXT_LENGTH_MAX)) return ok(trimmed)
  return refuse('INVALID_VALUE', `Give 1 to ${TEXT_LENGTH_MAX} printable characters.`, field)
}

function readUsd(text: string, amount: Money): Outcome<Decimal, 'INVALID_VALUE'> {
  const field = ['usdEquivalent']
  const usd = parseDecimal(text)
  if (usd === undefined || !usd.greaterThan(0))
    return refuse('INVALID_VALUE', 'Give a plain decimal number above zero, such as "1168.40".', field)
  // The report and every threshold hang on it: a wrong one of ours must not pass under them.
  if (amount.currency === 'USD' && !usd.equals(toDecimal(amount)))
    return refuse('INVALID_VALUE', 'An amount in USD is its own equivalent.', field)
  return ok(usd)
}

/**
 * Tells two requests under one remittance apart: SHA-256 in hex over one fixed spelling. No text has a line break. The
 * first line names the spelling: a later field gets a new one. What is reported alone is not in it: payments of the version
 * before, which do not tell it, ask for the same.
 */
export const requestHash = (remittance: RemittanceToAssess): string =>
  createHash('sha256')
    .update(
      [
        'v2',
        remittance.senderId,
        remittance.beneficiary.name,
        remittance.beneficiary.country,
        remittance.beneficiary.bankCountry ?? '',
        formatAmount(remittance.amount),
        remittance.amount.currency,
        remittance.usdEquivalent.toFixed(),
        remittance.purpose,
        remittance.sourceOfFunds,
        remittance.createdAt.toISOString(),
      ].join('\n'),
    )
    .digest('hex')
