import { pageArgs } from '@carriergraph/shared/connection/page.ts'
import { type Money, money } from '@carriergraph/shared/money/money.ts'
import type { BankStatementFormat, BankStatementResolvers } from '../generated/resolvers.ts'
import type { ShownStatement } from '../reconciliation/db/bank-statements.ts'
import { keyOfStatement, linesOfStatementInOrder } from '../reconciliation/db/statement-lines.ts'
import type { StatementFormat } from '../statements/statement.ts'

const FORMATS: Readonly<Record<StatementFormat, BankStatementFormat>> = {
  'camt.053': 'CAMT_053',
  'camt.054': 'CAMT_054',
  MT940: 'MT940',
  CSV: 'CSV',
}

export const BankStatement: BankStatementResolvers = {
  place: ({ number }) => number,
  number: ({ statementId }) => statementId,
  sequence: ({ sequence }) => sequence || null,
  format: ({ format }) => FORMATS[format],
  openingBalance: ({ openingMinor, currency }) => balance(openingMinor, currency),
  closingBalance: ({ closingMinor, currency }) => balance(closingMinor, currency),
  closingOn: ({ closingOn }) => closingOn || null,
  entryCount: ({ entries }) => entries,
  lineCount: ({ lines }) => lines,
  lines: (statement, args, { loaders }) =>
    loaders.linesOfStatement.load(keyOfStatement(statement), pageArgs(linesOfStatementInOrder, args)),
}

const balance = (minor: bigint | null, currency: ShownStatement['currency']): Money | null =>
  minor === null || currency === null ? null : money(minor, currency)
