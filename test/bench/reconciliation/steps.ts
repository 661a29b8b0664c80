import { EXPECTED_MAX, expectMovements } from '@carriergraph/payments/reconciliation/expect-movements.ts'
import { importStatement } from '@carriergraph/payments/reconciliation/import/import-statement.ts'
import { runReconciliation } from '@carriergraph/payments/reconciliation/run-reconciliation.ts'
import { readStatement, type StatementFile } from '@carriergraph/payments/statements/read-statement.ts'
import type { Database, RawSql } from '@carriergraph/shared/db/pools.ts'
import { type BankDay, DAY, MORNING_AFTER } from './bank-day.ts'

const TENANT = 'bench'
const provenance = { actor: 'svc:bench', correlationId: 'bench', now: MORNING_AFTER }

/** What the books expect: before the day, and not measured. */
export async function expectDay(database: Database, { account, expected }: BankDay): Promise<void> {
  for (let at = 0; at < expected.length; at += EXPECTED_MAX) {
    const movements = expected.slice(at, at + EXPECTED_MAX)
    const remembered = await expectMovements(database.forTenant(TENANT), { account, movements, now: MORNING_AFTER })
    if (!remembered.ok) throw new Error(remembered.code)
  }
}

/** Reads the file once and checks it; its lines are read again when it is imported. */
export async function readDay({ pieces }: BankDay): Promise<StatementFile> {
  const read = await readStatement({
    async *open() {
      for (const piece of pieces) yield Buffer.from(piece)
    },
  })
  if (!read.ok) throw new Error(`${read.code}: ${read.message}`)
  return read.value
}

export async function importDay(database: Database, file: StatementFile): Promise<void> {
  await importStatement(database.forTenant(TENANT), file, { provenance })
}

/** @returns how many cases it found */
export async function reconcileDay(database: Database, { account }: BankDay): Promise<number> {
  const ran = await runReconciliation(database.forTenant(TENANT), { account, day: DAY, timeZone: 'UTC' }, provenance)
  if (!ran.ok) throw new Error(`${ran.code}: ${ran.message}`)
  return ran.value.cases
}

/** @throws where a line did not become what it is made up to become */
export async function checkDay(database: Database, { account, statuses }: BankDay): Promise<void> {
  const rows = await database.sql.forTenant(TENANT)<{ status: string; items: number }[]>`
    select status, count(*)::int as items from reconciliation_item where account = ${account} group by 1`
  const found = Object.fromEntries(rows.map(({ status, items }) => [status, items]))
  for (const [status, items] of Object.entries(statuses))
    if (found[status] !== items) throw new Error(`${status}: ${found[status]} in place of ${items}.`)
}

/**
 * The least that any way of reconciling has to do: the lines are copied into a bare table, and joined with what is expected by
 * reference and amount. No rule but that, no items, no journal, and nothing that could be run again.
 */
export async function copyAndJoin(sql: RawSql, day: BankDay): Promise<void> {
  await sql`create temporary table bare_line (reference text, amount bigint)`
  await sql`create temporary table bare_expected (reference text, amount bigint)`
  const copy = async (table: string, rows: readonly string[]) => {
    const writable = await sql.unsafe(`copy ${table} from stdin`).writable()
    await new Promise<void>((resolve, reject) => {
      writable.on('finish', resolve).on('error', reject).end(rows.join(''))
    })
  }
  const rows = day.expected.map(({ source, amountMinor }) => `${source}\t${amountMinor}\n`)
  await copy('bare_line', rows)
  await copy('bare_expected', rows)
  await sql`create temporary table bare_match as select l.reference from bare_line l join bare_expected e using (reference, amount)`
  await sql`drop table bare_line, bare_expected, bare_match`
}
