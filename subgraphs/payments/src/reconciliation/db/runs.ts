import { amongIds } from '@carriergraph/shared/db/among-ids.ts'
import type { Db, Tx } from '@carriergraph/shared/db/pools.ts'
import { preparedFor } from '@carriergraph/shared/db/prepared.ts'
import { type Id, newId, toUuid } from '@carriergraph/shared/ids.ts'
import type { CurrencyCode } from '@carriergraph/shared/money/currencies.ts'
import { and, eq, getTableColumns, isNull, max, notInArray, or, sql } from 'drizzle-orm'
import { reconciliationItem } from '../../db/tables/reconciliation-item.ts'
import { reconciliationRun, reconciliationTotal } from '../../db/tables/reconciliation-run.ts'
import { MOVED_ON, type Resolution } from '../item-states.ts'
import type { MatchResult } from '../matching/result.ts'

/** The reconciliation of an account for a day. */
export type ReconciliationRun = {
  readonly id: Id<'rcr'>
  readonly account: string
  readonly day: string
  /** Number of its events in the journal. */
  readonly version: number
  readonly revision: number
  readonly completedAt: Date
}

const { tenantId: _, seenImports: __, ...shown } = getTableColumns(reconciliationRun)

export const SHOWN_RUN = shown

export async function findRun(tx: Tx, account: string, day: string): Promise<ReconciliationRun | undefined> {
  const [row] = await tx
    .select(SHOWN_RUN)
    .from(reconciliationRun)
    .where(and(eq(reconciliationRun.account, account), eq(reconciliationRun.day, day)))
  return row
}

/** Remembers that there was nothing new, so that nobody looks again before there may be. */
export async function rememberSeen(tx: Tx, id: Id<'rcr'>, seenImports: number): Promise<void> {
  await tx.update(reconciliationRun).set({ seenImports }).where(eq(reconciliationRun.id, id))
}

/** The newest day that the account was reconciled for. */
export async function newestRunDay(tx: Tx, account: string): Promise<string | undefined> {
  const [row] = await tx
    .select({ day: max(reconciliationRun.day) })
    .from(reconciliationRun)
    .where(eq(reconciliationRun.account, account))
  return row?.day ?? undefined
}

type NewRevision = {
  readonly account: string
  readonly day: string
  readonly events: number
  readonly seenImports: number
  readonly now: Date
}

/** Stores that something new was found for the day; `events` are appended to the journal for it. */
export async function saveRun(
  tx: Tx,
  { account, day, events, seenImports, now }: NewRevision,
): Promise<ReconciliationRun> {
  const [row] = await tx
    .insert(reconciliationRun)
    .values({ id: newId('rcr', now), account, day, version: events, revision: 1, completedAt: now, seenImports })
    .onConflictDoUpdate({
      target: [reconciliationRun.tenantId, reconciliationRun.account, reconciliationRun.day],
      set: {
        version: sql`${reconciliationRun.version} + ${events}`,
        revision: sql`${reconciliationRun.revision} + 1`,
        completedAt: now,
        seenImports,
      },
    })
    .returning(SHOWN_RUN)
  if (row === undefined) throw new Error('A run was not stored.')
  return row
}

const { resolution } = getTableColumns(reconciliationItem)
const BECAME_FEE: Resolution = 'FEE_WITHIN_DECLARED'

/**
 * Adds up what the run has found: its items by the database, and what is still awaited. Each line and each movement counts
 * where it stands now, and what they differ by is what stands in suspense for them.
 */
export async function saveTotals(tx: Tx, runId: Id<'rcr'>, awaited: readonly MatchResult[]): Promise<void> {
  await tx.delete(reconciliationTotal).where(eq(reconciliationTotal.runId, runId))
  await tx.execute(sql`
    insert into ${reconciliationTotal} (run_id, status, currency, items, lines, expected, lines_minor, expected_minor,
      fee_minor, difference_minor)
    select run_id, status, currency, count(*), sum(cardinality(line_ids)), sum(cardinality(expected_ids)),
      sum(lines_minor), sum(expected_minor),
      sum(fee_minor) - coalesce(sum(difference_minor) filter (where ${eq(resolution, BECAME_FEE)}), 0),
      coalesce(sum(difference_minor) filter (where ${isNull(resolution)}), 0)
    from ${reconciliationItem}
    where ${and(eq(reconciliationItem.runId, runId), or(isNull(resolution), notInArray(resolution, [...MOVED_ON])))}
    group by run_id, status, currency`)
  const byCurrency = Map.groupBy(awaited, ({ currency }): CurrencyCode => currency)
  if (byCurrency.size === 0) return
  const sum = (results: readonly MatchResult[], read: (result: MatchResult) => bigint) =>
    results.reduce((total, result) => total + read(result), 0n)
  await tx.insert(reconciliationTotal).values(
    [...byCurrency].map(([currency, results]) => ({
      runId,
      status: 'AWAITED' as const,
      currency,
      items: results.length,
      lines: 0,
      expected: results.length,
      linesMinor: 0n,
      expectedMinor: sum(results, ({ expectedMinor }) => expectedMinor),
      feeMinor: 0n,
      // It is on its way, and so is no difference.
      differenceMinor: 0n,
    })),
  )
}

const runsByIds = preparedFor((db) =>
  db.select(SHOWN_RUN).from(reconciliationRun).where(amongIds(reconciliationRun.id)).prepare('runs by id'),
)

/** Those that exist, in any order. */
export const findRuns = (db: Db, ids: readonly Id<'rcr'>[]): Promise<ReconciliationRun[]> =>
  runsByIds(db).execute({ ids: ids.map(toUuid) })

/** What a run found with one status in one currency. */
export type Total = Omit<typeof reconciliationTotal.$inferSelect, 'tenantId'>

const totalsByRuns = preparedFor((db) =>
  db
    .select()
    .from(reconciliationTotal)
    .where(amongIds(reconciliationTotal.runId))
    .orderBy(reconciliationTotal.runId, reconciliationTotal.status, reconciliationTotal.currency)
    .prepare('totals by run'),
)

export const findTotals = (db: Db, ids: readonly Id<'rcr'>[]): Promise<Total[]> =>
  totalsByRuns(db).execute({ ids: ids.map(toUuid) })
