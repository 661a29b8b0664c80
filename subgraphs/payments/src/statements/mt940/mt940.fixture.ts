import { MT940_HEAD, mt940 } from '../statements.fixture.ts'

/** The closing balance of a statement without entries. */
export const END = ':62F:C260302EUR100,00'

/** A statement with these fields behind its head. */
export const statementWith = (...fields: readonly string[]) => mt940(...MT940_HEAD, ...fields)

/** A statement of one entry, with the closing balance that a credit of 1,00 gives it: it holds whatever else is wrong. */
export const withEntry = (entry: string, closing = ':62F:C260302EUR101,00') => statementWith(entry, closing)

/** What SWIFT writes before the fields of a statement. */
export const BLOCKS = '{1:F01BANKDEFFAXXX0000000000}{2:O9401200260302BANKDEFF}{3:{108:1}{119:X}}{4:'

/** The head of another statement, which follows the one of MT940_HEAD. */
export const NEXT_HEAD = MT940_HEAD.map((field) => field.replace('STARTUMSE', 'NEXT').replace('00049', '00050'))
