import { keyset } from '@carriergraph/shared/connection/keyset.ts'
import { ordering } from '@carriergraph/shared/connection/ordering.ts'
import type { Page } from '@carriergraph/shared/connection/page.ts'
import { amongIds } from '@carriergraph/shared/db/among-ids.ts'
import type { Db, Tx } from '@carriergraph/shared/db/pools.ts'
import { preparedFor } from '@carriergraph/shared/db/prepared.ts'
import { type Id, toUuid } from '@carriergraph/shared/ids.ts'
import { type LargeTransactionReportRow, largeTransactionReport } from '../../db/tables/large-transaction-report.ts'

/** The order of every list of reports. */
export const newestReports = ordering({
  name: 'large-transaction reports by newest',
  direction: 'desc',
  by: { reportedAt: largeTransactionReport.reportedAt, id: largeTransactionReport.id },
})

/** One row more than the page has, as `toConnection` wants it. */
export function listReports(db: Db, page: Page<typeof newestReports.by>): Promise<LargeTransactionReportRow[]> {
  const { where, orderBy, limit } = keyset(page)
  return db
    .select()
    .from(largeTransactionReport)
    .where(where)
    .orderBy(...orderBy)
    .limit(limit)
}

const byRemittances = preparedFor((db) =>
  db
    .select()
    .from(largeTransactionReport)
    .where(amongIds(largeTransactionReport.remittanceId))
    .prepare('reports_by_remittances'),
)

export const findReports = (db: Db, ids: readonly Id<'rem'>[]): Promise<LargeTransactionReportRow[]> =>
  byRemittances(db).execute({ ids: ids.map(toUuid) })

/** Call it in the transaction of the assessment, which there is one of. */
export async function insertReport(tx: Tx, row: Omit<LargeTransactionReportRow, 'tenantId'>): Promise<void> {
  await tx.insert(largeTransactionReport).values(row)
}
