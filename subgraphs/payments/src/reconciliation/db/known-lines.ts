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
  readonly is_notification: boolean
}

export const LINE = sql`l.id, l."references", l.mentions, l.amount_minor as amount, l.charges_minor as charges, l.currency,
  l.booked_on::text as day, l.counterparty_account as counterparty,
  l.import_id || '/' || l.statement_number || '/' || l.entry as entry, l.bank_reference,
  l.entry_bank_reference, l.lookup, s.is_notification`

/** Lines are seen through their statement, which is there when all of its file is. */
export const SEEN = sql`${bankStatementLine} l join ${bankStatement} s
  on (s.tenant_id, s.import_id, s.number) = (l.tenant_id, l.import_id, l.statement_number)`

type KnownRow = LineRow & { readonly standing: NonNullable<KnownLine['standing']> | null }

/**
 * Lines in items that share a reference of the bank, or all references, with one of `rows`. Not those that were told twice:
 * what stood for them may be looked at again, and must not go for what has gone for it.
 */
export async function knownLines(
  tx: Tx,
  account: string,
  rows: readonly LineRow[],
  repeat_days: number,
): Promise<KnownLine[]> {
  const given = new Set(rows.map(({ id }) => id))
  const distinct = (values: (string | null)[]) => [...new Set(values)].filter((value) => value !== null)
  const [bankReferences, lookups] = [
    distinct(rows.flatMap(({ bank_reference, entry_bank_reference }) => [bank_reference, entry_bank_reference])),
    distinct(rows.map(({ lookup }) => lookup)),
  ]
  const [first = '9999-12-31'] = rows.map(({ day }) => day).sort()
  // A lateral probe for each: a join would let the planner read the whole table.
  const probe = (values: readonly string[], column: SQL, more: SQL) => sql`
    select ${LINE}, told.standing from ${unnested({ type: 'text', values })} as given (value)
    cross join lateral (
      select * from ${bankStatementLine} p
      where p.account = ${account} and ${column} = given.value and p.item_id is not null ${more} offset 0
    ) l join ${bankStatement} s on (s.tenant_id, s.import_id, s.number) = (l.tenant_id, l.import_id, l.statement_number)
    cross join lateral (
      select case when i.rule = 'REPEATED_LINE' then 'REPEATED' end as standing from ${reconciliationItem} i
      where i.id = l.item_id and i.rule <> 'ALSO_NOTIFIED' offset 0
    ) told`
  const known = await tx.execute<KnownRow>(sql`
    ${probe(bankReferences, sql`p.bank_reference`, sql``)}
    union
    ${probe(bankReferences, sql`p.entry_bank_reference`, sql``)}
    union
    ${probe(lookups, sql`p.lookup`, sql`and p.booked_on >= ${first}::date - ${repeat_days}::int`)}`)
  return known.filter(({ id }) => !given.has(id)).map(toKnownLine)
}

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
  isNotification: row.is_notification,
})
