import type { CurrencyCode } from '@carriergraph/shared/money/currencies.ts'
import type { Charge, EntryStatus, References, StatementLine } from '../../statements/statement.ts'
import { lookupOf, referenceKey } from '../matching/movement.ts'
import { printedReferences } from './printed-references.ts'

/** A line as it is stored: what people look at, and what it can be found by. */
export type StoredLine = {
  readonly statementNumber: number
  readonly account: string
  readonly entry: number
  readonly status: EntryStatus
  readonly bookedOn: string
  readonly valueOn: string | null
  readonly amountMinor: bigint
  readonly chargesMinor: bigint
  readonly currency: CurrencyCode
  readonly isReversal: boolean
  /** Whether it is of nothing but what a transaction of a batch was charged. */
  readonly isCharge: boolean
  readonly references: readonly string[]
  readonly mentions: readonly string[]
  readonly bankReference: string | null
  readonly entryBankReference: string | null
  readonly lookup: string | null
  readonly remittance: string
  readonly counterpartyName: string | null
  readonly counterpartyAccount: string | null
}

/** Words of a remittance text that are looked at: a text of four lines has no more that could be references. */
export const MENTIONS_MAX = 24
/** How many more of words that stand beside a mark, or on either side of a break. */
export const PARTS_MAX = 24
/** A shorter word, or one without a digit, is not a reference but a word. */
const MENTION = /^(?=.*\d).{5,35}$/

/** @param day of its statement, for a line that has none */
export function storedLine(line: StatementLine, statementNumber: number, day: string): StoredLine {
  const references = keysOf(businessReferences(line.references))
  const [bankReference, entryBankReference] = bankReferences(line.references)
  return {
    statementNumber,
    account: line.account,
    entry: line.entry,
    status: line.status,
    bookedOn: bookedOn(line, day),
    valueOn: line.valueDate ?? null,
    amountMinor: line.amount.minor,
    chargesMinor: chargesInside(line),
    currency: line.amount.currency,
    isReversal: line.isReversal,
    isCharge: false,
    references,
    mentions: [
      ...new Set([
        ...mentionsOf(line),
        ...keysOf([...partsOf(line.remittance), ...printedReferences(line.remittance)]).filter(
          (key) => !references.includes(key),
        ),
      ]),
    ],
    bankReference,
    entryBankReference,
    lookup: lookupOf(references),
    remittance: line.remittance.join('\n'),
    counterpartyName: line.counterparty.name ?? null,
    counterpartyAccount: line.counterparty.account ?? null,
  }
}

/**
 * What else may name it, of its other references and the words of its text as they are written. The digest of a statement is of
 * these, so that those of before are known by theirs.
 */
export function mentionsOf(line: StatementLine): string[] {
  const references = keysOf(businessReferences(line.references))
  const others = [...otherReferences(line.references), ...wordsOf(line.remittance)]
  return keysOf(others).filter((key) => !references.includes(key))
}

/** Of a line without a day on which it was booked that of its value, but none behind the statement that tells it. */
function bookedOn({ bookingDate, valueDate }: StatementLine, day: string): string {
  if (bookingDate !== undefined) return bookingDate
  return valueDate === undefined || valueDate > day ? day : valueDate
}

/** The line's own, and that of its entry where it is another one. */
function bankReferences(references: References): [line: string | null, entry: string | null] {
  const [line = null] = keysOf([references.accountServicerReference])
  const [entry = null] = keysOf([references.entryServicerReference])
  return [line, entry === line ? null : entry]
}

/** What payer or payee gave it, and so what we may have given it. */
const businessReferences = ({ endToEndId, batchedEndToEndIds, creditorReferences, documentNumbers }: References) => [
  endToEndId,
  ...batchedEndToEndIds,
  ...creditorReferences,
  ...documentNumbers,
]

const otherReferences = (references: References) => [
  references.transactionId,
  references.instructionId,
  references.uetr,
  references.paymentInformationId,
  references.messageId,
  references.mandateId,
  references.entryReference,
  references.accountServicerReference,
]

const wordsOf = (remittance: readonly string[]): string[] =>
  remittance
    .flatMap((text) => [text, ...text.split(/[\s,;:()]+/)])
    .filter((word) => MENTION.test(word))
    .slice(0, MENTIONS_MAX)

/** Words without the marks that stand beside them, as in `no.INV-1` or `#INV-1`, and what a bank has broken in two. */
function partsOf(remittance: readonly string[]): string[] {
  const words = remittance.map((text) => text.trim().split(/\s+/))
  const parts = words.flat().flatMap((word) => word.split(/[^\p{L}\p{N}-]+/u))
  const joined = words.slice(1).map((next, at) => `${words[at]?.at(-1) ?? ''}${next[0] ?? ''}`)
  return [...parts, ...joined.flatMap((word) => [word, ...word.split(/[^\p{L}\p{N}-]+/u)])]
    .filter((word) => MENTION.test(word))
    .slice(0, PARTS_MAX)
}

const keysOf = (references: readonly (string | undefined)[]): string[] => [
  ...new Set(
    references.flatMap((text) => (text === undefined ? [] : [referenceKey(text)])).filter((key) => key !== ''),
  ),
]

/** What the bank says that it took out of the amount; nothing where it gave more than it took. */
function chargesInside({ charges, amount }: StatementLine): bigint {
  const isInside = ({ isIncluded, amount: { currency } }: Charge) => isIncluded === true && currency === amount.currency
  const sum = charges.filter(isInside).reduce((total, charge) => total - charge.amount.minor, 0n)
  return sum > 0n ? sum : 0n
}
