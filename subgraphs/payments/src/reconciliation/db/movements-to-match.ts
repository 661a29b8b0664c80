import type { Tx } from '@carriergraph/shared/db/pools.ts'
import { unnested } from '@carriergraph/shared/db/unnested.ts'
import type { CurrencyCode } from '@carriergraph/shared/money/currencies.ts'
import { type SQL, sql } from 'drizzle-orm'
import type { PgTable } from 'drizzle-orm/pg-core'
import { bankStatementLine } from '../../db/tables/bank-statement-line.ts'
import { expectedMovement } from '../../db/tables/expected-movement.ts'
import { reconciliationItem } from '../../db/tables/reconciliation-item.ts'
import type { BankLine, ExpectedMovement, KnownLine } from '../matching/movement.ts'
import { knownLines, LINE, type LineRow, OF_STATEMENT, toBankLine } from './known-lines.ts'

export type LinesToMatch = { readonly lines: readonly BankLine[]; readonly known: readonly KnownLine[] }

/** Booked lines of an account up to a day that are in no item, and those of its open cases; and what they may repeat. */
export async function linesToMatch(
  tx: Tx,
  {
    account,
    day,
    openLineIds,
    repeat_days,
  }: { account: string; day: string; openLineIds: readonly string[]; repeat_days: number },
): Promise<LinesToMatch> {
  const rows = await tx.execute<LineRow>(sql`
    select ${LINE} from ${bankStatementLine} l ${OF_STATEMENT}
    where l.account = ${account} and l.item_id is null and l.status = 'BOOK' and l.booked_on <= ${day}::date
    union all
    select ${LINE} from ${uuids(openLineIds)} as open (id) ${probeById(bankStatementLine, sql`l`)}
    ${OF_STATEMENT}`)
  return { lines: rows.map(toBankLine), known: await knownLines(tx, account, rows, repeat_days) }
}

type MovementRow = {
  readonly id: string
  readonly references: readonly string[]
  readonly amount: bigint
  readonly currency: CurrencyCode
  readonly day: string
  readonly fee: bigint
  readonly counterparty: string | null
  readonly lookup: string | null
}

export type MovementsToMatch = { readonly expected: ExpectedMovement[]; readonly met: ExpectedMovement[] }

/**
 * Expected movements of an account up to a day that are in no item, and those of its open cases; and what they may
 * repeat of what was matched.
 */
export async function movementsToMatch(
  tx: Tx,
  { account, until, openExpectedIds }: { account: string; until: string; openExpectedIds: readonly string[] },
): Promise<MovementsToMatch> {
  const columns = sql`id, "references", amount_minor as amount, currency, expected_on::text as day, fee_minor as fee, counterparty, lookup`
  const rows = await tx.execute<MovementRow>(sql`
    select ${columns} from ${expectedMovement}
    where account = ${account} and item_id is null and expected_on <= ${until}::date
    union all
    select ${columns} from (select e.* from ${uuids(openExpectedIds)} as open (id) ${probeById(expectedMovement, sql`e`)}) found`)
  // The account is no condition for an index here: that of its sources would seem as good as that of the references.
  const lookups = [...new Set(rows.flatMap(({ lookup }) => lookup ?? []))]
  const met = await tx.execute<MovementRow>(sql`
    select m.* from ${unnested({ type: 'text', values: lookups })} as given (value)
    cross join lateral (
      select ${columns}, item_id from ${expectedMovement} e
      where e.account || '' = ${account} and e.lookup = given.value and e.item_id is not null offset 0
    ) m join ${reconciliationItem} i on i.id = m.item_id
    where i.state = 'SETTLED'`)
  return { expected: rows.map(toExpectedMovement), met: met.map(toExpectedMovement) }
}

const toExpectedMovement = (row: MovementRow): ExpectedMovement => ({
  id: row.id,
  references: row.references,
  amountMinor: row.amount,
  currency: row.currency,
  expectedOn: row.day,
  feeMinor: row.fee,
  counterparty: row.counterparty ?? undefined,
})

/** Each of `open` by the key. Right after an import the planner takes the table for a small one, and would compare all with all. */
const probeById = (table: PgTable, name: SQL): SQL =>
  sql`cross join lateral (select * from ${table} p where p.id = open.id offset 0) ${name}`

const uuids = (values: readonly string[]): SQL => unnested({ type: 'uuid', values })
