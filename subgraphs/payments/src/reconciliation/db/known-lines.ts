import type { Tx } from '@carriergraph/shared/db/pools.ts'
import { unnested } from '@carriergraph/shared/db/unnested.ts'
import type { CurrencyCode } from '@carriergraph/shared/money/currencies.ts'
import { type SQL, sql } from 'drizzle-orm'
import { bankStatement } from '../../db/tables/bank-statement.ts'
import { bankStatementLine } from '../../db/tables/bank-statement-line.ts'
import { reconciliationItem } from '../../db/tables/reconciliation-item.ts'
import type { BankLine, KnownLine } from '../matching/movement.ts'

export type LineRow = {
  readonly id: string
  readonly references: readonly string[]
  readonly mentions: readonly string[]
  readonly amount: bigint
  readonly charges: bigint
  readonly currency: CurrencyCode
  readonly day: string
  readonly counterparty: string | null
  readonly entry: string
  readonly bank_reference: string | null
  readonly entry_bank_reference: string | null
  readonly lookup: string | null
  readonly is_charge: boolean
  readonly is_notification: boolean
}

export const LINE = sql`l.id, l."references", l.mentions, l.amount_minor as amount, l.charges_minor as charges, l.currency,
  l.booked_on::text as day, l.counterparty_account as counterparty,
  l.import_id || '/' || l.statement_number || '/' || l.entry as entry, l.bank_reference,
  l.entry_bank_reference, l.lookup, l.is_charge, s.is_notification`

/**
 * The statement of a line `l`, as `s`: it is there when all of its file is, and lines are seen through it. A lateral probe, as a
 * join would let the planner compare each line with each statement, of which it believes for long that there is one.
 */
export const OF_STATEMENT = sql`cross join lateral (
  select * from ${bankStatement} p
  where (p.tenant_id, p.import_id, p.number) = (l.tenant_id, l.import_id, l.statement_number) offset 0
  ) s`

/** Whether the line is counted in the balances of its statement. */
const IS_COUNTED = sql`s.opening_minor is not null and s.closing_minor is not null`

type KnownRow = LineRow & {
  readonly standing: NonNullable<KnownLine['standing']> | null
  readonly is_counted: boolean
}

/** Lines in items, by one of their columns. A lateral probe for each value: a join would let the planner read the whole table. */
const probe = (account: string, values: readonly string[], column: SQL, more: SQL = sql``) => sql`
  select ${LINE}, told.standing, ${IS_COUNTED} as is_counted
  from ${unnested({ type: 'text', values })} as given (value)
  cross join lateral (
    select * from ${bankStatementLine} p
    where p.account = ${account} and ${column} = given.value and p.item_id is not null ${more} offset 0
  ) l ${OF_STATEMENT}
  cross join lateral (
    select case when i.rule = 'ALSO_NOTIFIED' then 'TOLD_AGAIN' when i.resolution = 'DISMISSED' then 'DISMISSED'
        when i.rule = 'REPEATED_LINE' then 'REPEATED' end as standing
    from ${reconciliationItem} i where i.id = l.item_id offset 0
  ) told`

const probeBankReferences = (account: string, values: readonly string[]): SQL => sql`
  ${probe(account, values, sql`p.bank_reference`)} union ${probe(account, values, sql`p.entry_bank_reference`)}`

const distinct = (values: readonly (string | null)[]): string[] =>
  [...new Set(values)].filter((value) => value !== null)

const bankReferencesOf = (rows: readonly LineRow[]): string[] =>
  distinct(rows.flatMap(({ bank_reference, entry_bank_reference }) => [bank_reference, entry_bank_reference]))

/** Lines in items that share a reference of the bank, or all references, with one of `rows`. */
export async function knownLines(
  tx: Tx,
  account: string,
  rows: readonly LineRow[],
  repeat_days: number,
): Promise<KnownLine[]> {
  const given = new Set(rows.map(({ id }) => id))
  const lookups = distinct(rows.map(({ lookup }) => lookup))
  const [first = '9999-12-31'] = rows.map(({ day }) => day).sort()
  const since = sql`and p.booked_on >= ${first}::date - ${repeat_days}::int`
  const known = await tx.execute<KnownRow>(sql`
    ${probeBankReferences(account, bankReferencesOf(rows))} union ${probe(account, lookups, sql`p.lookup`, since)}`)
  return known.filter(({ id }) => !given.has(id)).map(toKnownLine)
}

/** A line with what else tells of its movement, by the bank's reference. */
export type Tellings = {
  readonly line: BankLine
  /** Whether it is counted in the balances of its statement. */
  readonly isCounted: boolean
  /** Lines that tell no movement of their own, and are counted in balances. */
  readonly countedAgain: readonly BankLine[]
  /** Other lines of notifications that do, or did until they were dismissed. */
  readonly notifications: readonly KnownLine[]
}

/** Of a line, by its uuid, in an item of an account that is locked. */
export async function tellingsOf(tx: Tx, account: string, id: string): Promise<Tellings> {
  const rows = await tx.execute<LineRow & Pick<KnownRow, 'is_counted'>>(sql`
    select ${LINE}, ${IS_COUNTED} as is_counted from ${bankStatementLine} l ${OF_STATEMENT} where l.id = ${id}::uuid`)
  const [row] = rows
  if (row === undefined) throw new Error('A line of an item is not there.')
  const known = await tx.execute<KnownRow>(probeBankReferences(account, bankReferencesOf(rows)))
  const beside = known.filter((other) => other.id !== row.id)
  return {
    line: toBankLine(row),
    isCounted: row.is_counted,
    countedAgain: beside.filter((other) => isToldAgain(other) && other.is_counted).map(toBankLine),
    notifications: beside.filter((other) => other.is_notification && !isToldAgain(other)).map(toKnownLine),
  }
}

const isToldAgain = ({ standing }: KnownRow): boolean => standing === 'TOLD_AGAIN'

const toKnownLine = ({ standing, ...row }: KnownRow): KnownLine =>
  standing === null ? toBankLine(row) : { ...toBankLine(row), standing }

export const toBankLine = (row: LineRow): BankLine => ({
  id: row.id,
  references: row.references,
  mentions: row.mentions,
  amountMinor: row.amount,
  chargesMinor: row.charges,
  currency: row.currency,
  bookedOn: row.day,
  counterparty: row.counterparty ?? undefined,
  entry: row.entry,
  bankReference: row.bank_reference ?? undefined,
  entryBankReference: row.entry_bank_reference ?? undefined,
  isCharge: row.is_charge,
  isNotification: row.is_notification,
})
