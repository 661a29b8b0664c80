import { keyset } from '@carriergraph/shared/connection/keyset.ts'
import { ordering } from '@carriergraph/shared/connection/ordering.ts'
import type { Page } from '@carriergraph/shared/connection/page.ts'
import { pagesByParent } from '@carriergraph/shared/connection/pages-by-parent.ts'
import { amongIds } from '@carriergraph/shared/db/among-ids.ts'
import type { Db, Tx } from '@carriergraph/shared/db/pools.ts'
import { preparedFor } from '@carriergraph/shared/db/prepared.ts'
import { unnested } from '@carriergraph/shared/db/unnested.ts'
import { type Id, toUuid } from '@carriergraph/shared/ids.ts'
import { and, eq, getTableColumns, inArray, isNotNull, isNull, sql } from 'drizzle-orm'
import { atLeast, type SlaSeverity } from '../domain/severity.ts'
import { slaViolations } from './tables/sla-violations.ts'

export type SlaViolation = Omit<typeof slaViolations.$inferSelect, 'tenantId'>

const { tenantId: _, ...columns } = getTableColumns(slaViolations)

export const newestViolations = ordering({
  name: 'SLA violations, newest',
  direction: 'desc',
  by: { openedAt: slaViolations.openedAt, id: slaViolations.id },
})

export const newestViolationsOfSlice = ordering({ ...newestViolations, name: 'SLA violations of a slice, newest' })

/** What is left out does not restrict. */
export type ViolationFilter = {
  readonly seenBy: Id<'usr'> | 'everybody'
  readonly sliceId: Id<'slc'> | undefined
  readonly open: boolean | undefined
  readonly minSeverity: SlaSeverity | undefined
}

/** One row more than the page has, as `toConnection` wants it. Built anew, because each filter is another statement. */
export function listViolations(
  db: Db,
  page: Page<typeof newestViolations.by>,
  { seenBy, sliceId, open, minSeverity }: ViolationFilter,
): Promise<SlaViolation[]> {
  const { where, orderBy, limit } = keyset(page)
  const { closedAt } = slaViolations
  const conditions = [
    seenBy === 'everybody' ? undefined : eq(slaViolations.ownerId, seenBy),
    sliceId && eq(slaViolations.sliceId, sliceId),
    open === undefined ? undefined : open ? isNull(closedAt) : isNotNull(closedAt),
    minSeverity && inArray(slaViolations.severity, [...atLeast(minSeverity)]),
  ]
  return db
    .select(columns)
    .from(slaViolations)
    .where(and(...conditions, where))
    .orderBy(...orderBy)
    .limit(limit)
}

export const violationsOfSlices = pagesByParent(
  newestViolationsOfSlice,
  slaViolations.sliceId,
  (db, { where, orderBy, limit }) =>
    db
      .select(columns)
      .from(slaViolations)
      .where(where)
      .orderBy(...orderBy)
      .limit(limit),
)

const byIds = preparedFor((db) =>
  db.select(columns).from(slaViolations).where(amongIds(slaViolations.id)).prepare('sla_violations_by_ids'),
)

export const violationsByIds = (db: Db, ids: readonly Id<'vio'>[]): Promise<SlaViolation[]> =>
  byIds(db).execute({ ids: ids.map(toUuid) })

/** At most one for each objective. */
export const findOpenViolations = (tx: Tx, sliceId: Id<'slc'>): Promise<SlaViolation[]> =>
  tx
    .select(columns)
    .from(slaViolations)
    .where(and(eq(slaViolations.sliceId, sliceId), isNull(slaViolations.closedAt)))

/** Stores violations that opened, some of which may have closed again. */
export async function insertViolations(tx: Tx, violations: readonly SlaViolation[]): Promise<void> {
  if (violations.length > 0) await tx.insert(slaViolations).values([...violations])
}

/** Stores that open violations have closed. */
export async function closeViolations(tx: Tx, violations: readonly SlaViolation[]): Promise<void> {
  if (violations.length === 0) return
  await tx.execute(sql`
    update ${slaViolations} set closed_at = closing.closed_at
    from ${unnested(
      { type: 'uuid', values: violations.map(({ id }) => toUuid(id)) },
      { type: 'timestamptz', values: violations.map(({ closedAt }) => closedAt?.toISOString() ?? null) },
    )} as closing (id, closed_at)
    where ${slaViolations.id} = closing.id`)
}
