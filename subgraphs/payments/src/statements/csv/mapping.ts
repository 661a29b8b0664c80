import { CURRENCIES } from '@carriergraph/shared/money/currencies.ts'
import { z } from 'zod'
import { StatementFault } from '../fault.ts'
import { ENCODINGS } from '../text.ts'
import { isDateFormat } from './days.ts'

/** No bank has so many; rows of more would only be a way to fill the memory. */
export const COLUMNS_MAX = 500

/** By the name in the header, or by the number of the column from 1. */
const Column = z.union([z.string().min(1).max(200), z.int().min(1).max(COLUMNS_MAX)])
export type Column = z.infer<typeof Column>

/** Banks have a handful of kinds of rows. */
const SKIPPED_VALUES_MAX = 20

const Amount = z.string().regex(/^-?\d{1,19}(\.\d{1,3})?$/)

/** How a bank writes its CSV. `docs/operations.md` shows one. */
const Mapping = z
  .strictObject({
    encoding: z.enum(ENCODINGS).default('utf-8'),
    delimiter: z.enum([',', ';', '\t', '|']).default(','),
    /** Lines before the header, or before the first record. */
    skipLines: z.int().min(0).max(100).default(0),
    hasHeader: z.boolean().default(true),
    /** How the line behind the table begins; it and all behind it are skipped. */
    footer: z.string().min(1).max(100).optional(),
    /** Rows that are no movements, by what a column says in them: an opening balance, a turnover, what is only pending. */
    skipRows: z
      .strictObject({ column: Column, values: z.array(z.string().max(200).trim()).min(1).max(SKIPPED_VALUES_MAX) })
      .optional(),
    decimalSign: z.enum(['.', ',']).default('.'),
    /** Between thousands, if anything is. */
    groupSign: z.enum(['.', ',', ' ', "'"]).optional(),
    /** YYYY (or YY, of this century), MM (M, or MMM for its English name) and DD (or D), with anything between. */
    dateFormat: z.string().max(20).default('YYYY-MM-DD'),
    /** The same for all lines; a column otherwise. */
    account: z.string().min(1).max(64).optional(),
    currency: z.enum(Object.keys(CURRENCIES)).optional(),
    statementId: z.string().min(1).max(64).default('CSV'),
    openingBalance: Amount.optional(),
    closingBalance: Amount.optional(),
    /** Which record is the older one; the column `balance` is checked along it. */
    order: z.enum(['OLDEST_FIRST', 'NEWEST_FIRST']).default('OLDEST_FIRST'),
    /** What the column `creditDebit` says. */
    creditMark: z.string().min(1).max(20).default('CRDT'),
    debitMark: z.string().min(1).max(20).default('DBIT'),
    columns: z.strictObject({
      bookingDate: Column,
      valueDate: Column.optional(),
      account: Column.optional(),
      currency: Column.optional(),
      /** With its sign; or without, beside `creditDebit`. Otherwise `credit` and `debit`, of which one is filled. */
      amount: Column.optional(),
      creditDebit: Column.optional(),
      credit: Column.optional(),
      debit: Column.optional(),
      /** Of the account after the entry. */
      balance: Column.optional(),
      endToEndId: Column.optional(),
      transactionId: Column.optional(),
      accountServicerReference: Column.optional(),
      entryReference: Column.optional(),
      remittance: Column.optional(),
      counterpartyName: Column.optional(),
      counterpartyAccount: Column.optional(),
    }),
  })
  .superRefine(
    ({ account, currency, columns, skipRows, groupSign, decimalSign, hasHeader, dateFormat, ...balances }, context) => {
      const complain = (message: string) => context.addIssue({ code: 'custom', message })
      if ((account === undefined) === (columns.account === undefined))
        complain('account: either one for all, or a column')
      if ((currency === undefined) === (columns.currency === undefined))
        complain('currency: either one for all, or a column')
      const isSplit = columns.credit !== undefined && columns.debit !== undefined
      const isHalf = (columns.credit === undefined) !== (columns.debit === undefined)
      if (isHalf || isSplit === (columns.amount !== undefined))
        complain('either the column amount, or credit and debit')
      if (columns.creditDebit !== undefined && columns.amount === undefined) complain('creditDebit goes with amount')
      if (groupSign === decimalSign) complain('groupSign and decimalSign are the same')
      if (!hasHeader && [...Object.values(columns), skipRows?.column].some((column) => typeof column === 'string'))
        complain('without a header, columns are numbers')
      if (!isDateFormat(dateFormat)) complain('dateFormat: year, month and day once each, and apart')
      if ((balances.openingBalance === undefined) !== (balances.closingBalance === undefined))
        complain('openingBalance and closingBalance go together')
      if (balances.openingBalance !== undefined && account === undefined)
        complain('openingBalance is of one account: name it')
      if (balances.creditMark === balances.debitMark) complain('creditMark and debitMark are the same')
    },
  )

export type CsvMapping = Readonly<z.infer<typeof Mapping>>

/** @throws StatementFault MAPPING_INVALID with the first thing that is wrong */
export function readMapping(value: unknown): CsvMapping {
  const parsed = Mapping.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const path = issue?.path.join('.') ?? ''
  throw new StatementFault('MAPPING_INVALID', `${path === '' ? '' : `${path}: `}${issue?.message ?? 'not a mapping'}.`)
}
