import { PlacedFault } from './placed-fault.ts'

/** Why a bank statement is refused, whole, and what the codes mean: `docs/errors.md` lists them. */
export const STATEMENT_FAULTS = {
  EMPTY_FILE: 'The file holds no statement.',
  FILE_TOO_LARGE: 'The file is larger than a statement may be.',
  FILE_CHANGED: 'The file changed between its check and its reading.',
  FORMAT_UNKNOWN: 'The content is neither camt XML nor MT940, and no mapping says how it is CSV.',
  ENCODING_INVALID: 'A byte is none of the encoding that the file has to have, or that it names.',
  CHARACTER_NOT_ALLOWED: 'A control character stands in a text.',
  LINE_TOO_LONG: 'A line, or a record of a CSV file, is longer than any bank writes.',
  XML_MALFORMED: 'The XML is not well-formed, or is cut off.',
  XML_DTD_REFUSED: 'The XML has a document type declaration, which no bank needs and attackers do.',
  XML_TOO_DEEP: 'Elements are nested deeper than in any camt message.',
  XML_TOO_LARGE: 'One text, tag or comment, or what is kept of one element, is larger than any bank writes.',
  MESSAGE_UNKNOWN: 'The message is not camt.053 or camt.054 in a version that is known.',
  ELEMENT_MISSING: 'An element or column that is needed is missing or empty.',
  ELEMENT_UNKNOWN: 'An element stands where ISO 20022 has none of its name and namespace: an entry may be lost in it.',
  ELEMENT_REPEATED: 'An element stands twice where there is one.',
  VALUE_INVALID: 'A code or number is none that the format knows.',
  VALUE_TOO_LONG: 'An account, or a number or reference of the bank, is longer than any bank writes.',
  DATE_INVALID: 'There is no such day, or it is not written as the format or the mapping says.',
  AMOUNT_INVALID: 'The amount is not written as the format says, has more digits than its currency, or is too large.',
  CURRENCY_UNKNOWN: 'The currency is none of ISO 4217 in which money can be held.',
  CURRENCY_MISMATCH: 'An entry or balance is in another currency than the other balances of its statement.',
  BALANCE_MISSING: 'A statement has no opening or no closing balance.',
  BALANCE_AMBIGUOUS: 'A statement has two different balances of one kind.',
  BALANCE_MISMATCH: 'Opening balance and booked entries do not give the closing balance.',
  TOTALS_MISMATCH:
    'The number or the sum of the entries is not what the statement says, or that of transactions not what their batch says.',
  ENTRY_SPLIT_MISMATCH: 'The transactions of a batch do not add up to its entry.',
  STATEMENT_REPEATED: 'The same statement of the same account stands in the file twice.',
  TOO_MANY_STATEMENTS: 'The file has more statements than a file may have.',
  TOO_MANY_TRANSACTIONS: 'One entry has more transactions or charges than an entry may have.',
  TAG_UNKNOWN: 'The line begins no field that MT940 has, and continues none.',
  TAG_OUT_OF_ORDER: 'The field may not stand at this place of the statement.',
  FIELD_MALFORMED: 'The field is not built as its tag says.',
  STATEMENT_NOT_ENDED: 'The file ends within a statement.',
  MAPPING_INVALID: 'The mapping of a CSV file is at fault.',
  COLUMN_MISSING: 'The header lacks a column that the mapping names, or has it twice.',
  COLUMN_COUNT: 'The record has more or fewer columns than the first one.',
  QUOTE_NOT_CLOSED: 'A quote is opened and not closed.',
  QUOTE_MISPLACED: 'A quote stands inside a value that is not quoted.',
} as const

export type StatementFaultCode = keyof typeof STATEMENT_FAULTS

/** Thrown by the readers, and made a refusal where they end: see `readStatement`. */
export class StatementFault extends PlacedFault<StatementFaultCode> {}
