import type { Tx } from '@carriergraph/shared/db/pools.ts'
import { journal } from '@carriergraph/shared/journal/table.ts'
import { and, desc, eq } from 'drizzle-orm'

/** The version of the next event of an aggregate that keeps no count of its own. Ask with the aggregate's row locked. */
export async function nextVersion(
  tx: Tx,
  { type, id }: { readonly type: string; readonly id: string },
): Promise<number> {
  const [last] = await tx
    .select({ version: journal.version })
    .from(journal)
    .where(and(eq(journal.aggregateType, type), eq(journal.aggregateId, id)))
    .orderBy(desc(journal.version))
    .limit(1)
  return (last?.version ?? 0) + 1
}
