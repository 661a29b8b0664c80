import type { Db } from '@carriergraph/shared/db/pools.ts'
import { desc, inArray } from 'drizzle-orm'
import { type SanctionsListRow, sanctionsList } from '../../db/tables/sanctions-list.ts'

/** The version that names are screened against now; null where none was imported. */
export async function findListInForce(db: Db): Promise<SanctionsListRow | null> {
  const [row] = await db.select().from(sanctionsList).orderBy(desc(sanctionsList.version)).limit(1)
  return row ?? null
}

/** The digests of versions, in their order. @throws Error where one is missing: an assessment names it */
export async function findDigests(db: Db, versions: readonly number[]): Promise<string[]> {
  const rows = await db
    .select({ version: sanctionsList.version, digest: sanctionsList.digest })
    .from(sanctionsList)
    .where(inArray(sanctionsList.version, [...versions]))
  const digests = new Map(rows.map(({ version, digest }) => [version, digest]))
  return versions.map((version) => {
    const digest = digests.get(version)
    if (digest === undefined) throw new Error(`The version ${version} of the sanctions list is gone.`)
    return digest
  })
}
