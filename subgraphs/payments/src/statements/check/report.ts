import { formatAmount, type Money } from '@carriergraph/shared/money/money.ts'
import { printable } from '../amounts.ts'
import type { StatementFile, StatementRefusal } from '../read-statement.ts'
import type { Balance, Position, StatementLine, StatementSummary } from '../statement.ts'

/** What a file holds, for a person. */
export function fileText({ format, digest, statements, lines, skippedRows }: StatementFile): string {
  const head = [
    row('format', format),
    row('sha256', digest),
    row('statements', statements.length),
    row('lines', lines),
    // None as well: a value in the mapping may be mistyped.
    ...(skippedRows === undefined ? [] : [row('skipped', skippedRows)]),
  ]
  return `${[...head, ...statements.flatMap(statementRows)].join('\n')}\n`
}

function statementRows({ account, currency, statementId, sequence, ...counted }: StatementSummary): string[] {
  const { entries, lines, balances } = counted
  const number = sequence === undefined ? '' : ` (${sequence})`
  return [
    '',
    row('account', account),
    ...(currency === undefined ? [] : [row('currency', currency)]),
    row('statement', `${statementId}${number}`),
    row('entries', `${entries} in ${lines} lines`),
    row('opening', balances === undefined ? 'none' : balanceText(balances.opening)),
    row('closing', balances === undefined ? 'none' : balanceText(balances.closing)),
  ]
}

/** `CODE at line 3, column 7 (Document/…/Amt): reason` */
export function refusalText({ code, message, position }: StatementRefusal): string {
  return `${code}${position === undefined ? '' : ` at ${placeText(position)}`}: ${printable(message)}\n`
}

/** `line 3, column 7 (Document/…/Amt)` */
export const placeText = ({ line, column, path }: Position): string =>
  `line ${line}${column === undefined ? '' : `, column ${column}`}${path === undefined ? '' : ` (${printable(path)})`}`

/** One line as JSON, its amounts in major units. */
export const lineText = (line: StatementLine): string =>
  `${printable(
    JSON.stringify(line, (_, value: unknown) =>
      isMoney(value) ? { amount: formatAmount(value), currency: value.currency } : value,
    ),
  )}\n`

const isMoney = (value: unknown): value is Money =>
  typeof value === 'object' && value !== null && 'minor' in value && typeof value.minor === 'bigint'

const balanceText = ({ amount, date }: Balance): string =>
  `${formatAmount(amount)} ${amount.currency}${date === undefined ? '' : ` on ${date}`}`

const row = (name: string, value: string | number): string => `${name.padEnd(12)}${printable(String(value))}`
