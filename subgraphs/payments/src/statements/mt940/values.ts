import type { Money } from '@carriergraph/shared/money/money.ts'
import { isIban } from '../../domain/iban.ts'
import { readAmount, readDay, shown, signed } from '../amounts.ts'
import { StatementFault } from '../fault.ts'
import { type Balance, type Charge, type Counterparty, type Position, referenceText } from '../statement.ts'
import type { Field } from './fields.ts'

/** SWIFT has 15 characters of an amount; banks that fill it up with zeros write more. */
const AMOUNT = '[\\d,]{1,24}'

/** C or D, date, currency, amount. */
const BALANCE = new RegExp(`^([CD])(\\d{6})([A-Z]{3})(${AMOUNT})$`)

/** Field 60F, 60M, 62F, 62M. @throws StatementFault FIELD_MALFORMED, and for what its parts are */
export function readBalance(field: Field): Balance {
  const [, mark, date = '', currency = '', amount = ''] = BALANCE.exec(onlyLine(field)) ?? malformed(field)
  const position = { line: field.line }
  const day = readSwiftDay(date, position)
  return { amount: signed(readSwiftAmount(amount, currency, day, position), mark === 'C'), date: day }
}

/** Field 61 as it stands. */
export type SwiftEntry = {
  readonly valueDate: string
  readonly bookingDate: string
  /** Signed. */
  readonly amount: Money
  readonly isCredit: boolean
  readonly isReversal: boolean
  /** NTRF, NMSC, FCHG, S103. */
  readonly type: string
  readonly ownerReference: string | undefined
  readonly servicerReference: string | undefined
  readonly supplement: string | undefined
  /** As far as it stands here. */
  readonly counterparty: Pick<Counterparty, 'name' | 'account'>
  readonly charges: readonly Charge[]
}

/**
 * Value date, entry date, mark, funds code, amount, type with the owner's reference, the bank's reference. The funds
 * code is the third letter of the currency. References are 16 characters; banks that have longer ones write them. Some
 * write blanks where there is no entry date, fill a type of two letters up with one, or have none before their reference.
 */
const ENTRY = new RegExp(`^(\\d{6})(\\d{4}| {4})?(C|D|RC|RD)([A-Z])?(${AMOUNT}) ?(?:([NFS][A-Z0-9 ]{3})|(?=//))(.*)$`)

/**
 * Field 61. A reversal of a credit (RC) takes money, one of a debit (RD) gives it back.
 * @throws StatementFault FIELD_MALFORMED, and for what its parts are
 */
export function readEntry(field: Field, currency: string): SwiftEntry {
  const [text = '', supplement, ...others] = entryLines(field.lines)
  const [, value = '', entry, mark = '', funds, amount = '', type = '', references = ''] =
    ENTRY.exec(text) ?? malformed(field)
  if (others.length > 0) malformed(field)
  const position = { line: field.line }
  if (funds !== undefined && funds !== currency[2])
    throw new StatementFault(
      'CURRENCY_MISMATCH',
      `Funds code ${funds} is not the third letter of ${currency}.`,
      position,
    )
  const valueDate = readValueDay(value, position)
  const isCredit = mark === 'C' || mark === 'RD'
  const at = references.indexOf('//')
  return {
    valueDate,
    bookingDate: entry === undefined || entry.trim() === '' ? valueDate : entryDay(entry, valueDate, position),
    amount: signed(readSwiftAmount(amount, currency, valueDate, position), isCredit),
    isCredit,
    isReversal: mark.startsWith('R'),
    type: type.trimEnd(),
    servicerReference: at === -1 ? undefined : referenceText(references.slice(at + 2)),
    ...accountApart(referenceText(at === -1 ? references : references.slice(0, at)), referenceText(supplement)),
    charges: chargesIn(supplement ?? '', valueDate, position),
  }
}

/**
 * SNS and ASN write the account at the other end where the owner's reference stands, and its name in the second line; Rabobank
 * writes it in the second line.
 */
function accountApart(
  reference: string | undefined,
  supplement: string | undefined,
): Pick<SwiftEntry, 'ownerReference' | 'supplement' | 'counterparty'> {
  if (isIban(reference ?? ''))
    return { ownerReference: undefined, supplement: undefined, counterparty: { name: supplement, account: reference } }
  const isAccount = isIban(supplement ?? '')
  return {
    ownerReference: reference,
    supplement: isAccount ? undefined : supplement,
    counterparty: { name: undefined, account: isAccount ? supplement : undefined },
  }
}

/** Some banks begin a new line before the // of their reference. */
const entryLines = ([first = '', second = '', ...others]: readonly string[]): readonly string[] =>
  second.startsWith('//') && !first.includes('//') ? [first + second, ...others] : [first, second, ...others]

/** `/CHGS/EUR1,50/` in the second line of an entry. */
function chargesIn(supplement: string, day: string, position: Position): Charge[] {
  return [...supplement.matchAll(/\/CHGS\/([A-Z]{3})(\d[\d,]{0,14})/g)].map(([, currency = '', amount = '']) => ({
    amount: signed(readSwiftAmount(amount, currency, day, position), false),
    isIncluded: undefined,
    type: undefined,
  }))
}

/** Fields 90C and 90D: number and sum of credits or debits. */
export function readTotal(field: Field, { amount: { currency }, date }: Balance): { count: number; sum: bigint } {
  const [, count = '', code = '', amount = ''] =
    /^(\d{1,5})([A-Z]{3})(\d[\d,]{0,14})$/.exec(onlyLine(field)) ?? malformed(field)
  const position = { line: field.line }
  if (code !== currency)
    throw new StatementFault('CURRENCY_MISMATCH', `A sum in ${code} of entries in ${currency}.`, position)
  return { count: Number(count), sum: readSwiftAmount(amount, code, date, position).minor }
}

/** Without the blanks that some banks fill a line up with. @throws StatementFault FIELD_MALFORMED where the field has several */
export function onlyLine(field: Field): string {
  const [text = '', ...others] = field.lines
  return others.length === 0 ? text.trimEnd() : malformed(field)
}

export function malformed({ tag, lines, line }: Field): never {
  throw new StatementFault('FIELD_MALFORMED', `:${tag}: ${shown(lines.join(' '))} is not built as its tag says.`, {
    line,
  })
}

/**
 * SWIFT's comma is mandatory, what stands behind it is not: `1234,` is 1234. Some banks leave the comma of a whole amount
 * out as well, or the zero before it, or write cents of a currency that has none: the balances hold against it.
 */
function readSwiftAmount(text: string, currency: string, day: string | undefined, position: Position): Money {
  const [, whole, fraction] = /^(?=,?\d)(\d*)(?:,(\d*))?$/.exec(text) ?? []
  if (whole === undefined)
    throw new StatementFault(
      'AMOUNT_INVALID',
      `${shown(text)}: digits with one comma at the most are needed.`,
      position,
    )
  const amount = whole || '0'
  return readAmount(!fraction || /^00?$/.test(fraction) ? amount : `${amount}.${fraction}`, currency, day, position)
}

/** YYMMDD: SWIFT reads 80 to 99 as of the last century. */
function readSwiftDay(text: string, position: Position): string {
  const year = text.slice(0, 2)
  return readDay(`${year >= '80' ? '19' : '20'}${year}`, text.slice(2, 4), text.slice(4), text, position)
}

/** Banks that reckon interest by months of 30 days write the last day of any February as its 29th or 30th. */
function readValueDay(text: string, position: Position): string {
  const [, year] = /^(\d\d)02(?:29|30)$/.exec(text) ?? []
  if (year === undefined) return readSwiftDay(text, position)
  // From 1980 to 2079 every fourth year is a leap year.
  return readSwiftDay(`${year}02${Number(year) % 4 === 0 ? 29 : 28}`, position)
}

/** MMDD of the year that puts it nearest to the value date: an entry of December may have its value in January. */
function entryDay(text: string, valueDate: string, position: Position): string {
  const year = Number(valueDate.slice(0, 4))
  const [month, day] = [text.slice(0, 2), text.slice(2)]
  const apart = Number(month) - Number(valueDate.slice(5, 7))
  const entryYear = apart > HALF_YEAR ? year - 1 : apart < -HALF_YEAR ? year + 1 : year
  return readDay(String(entryYear), month, day, text, position)
}

const HALF_YEAR = 6
