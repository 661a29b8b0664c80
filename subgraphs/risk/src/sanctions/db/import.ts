import type { Tx } from '@carriergraph/shared/db/pools.ts'
import { unnested } from '@carriergraph/shared/db/unnested.ts'
import { lt, sql } from 'drizzle-orm'
import { type SanctionsListRow, sanctionsKey, sanctionsList, sanctionsName } from '../../db/tables/sanctions-list.ts'
import { blockingKeys } from '../matching/blocking-keys.ts'
import { readName } from '../matching/name.ts'

export type NewName = {
  readonly ordinal: number
  readonly entryId: string
  readonly entryName: string
  readonly program: string
  readonly name: string
}

/**
 * A request has thirty seconds, in which a hundred thousand names are stored; the longest list has ten times as many. Streams
 * of events wait for as long as an import takes.
 */
const IMPORT_TIMEOUT_MS = 900_000

/** Two imports of one tenant come one after the other. */
export async function lockLists(tx: Tx): Promise<void> {
  // A timer that runs already is stopped by zero alone: another value would only be shown.
  await tx.execute(sql`select set_config('transaction_timeout', '0', true)`)
  for (const name of ['transaction_timeout', 'statement_timeout', 'lock_timeout'])
    await tx.execute(sql`select set_config(${name}, ${String(IMPORT_TIMEOUT_MS)}, true)`)
  await tx.execute(
    sql`select pg_advisory_xact_lock(hashtextextended('sanctions lists of ' || current_setting('app.tenant'), 0))`,
  )
}

/** Names with the keys under which they are found. Nobody sees them before the version itself is there. */
export async function insertNames(tx: Tx, version: number, names: readonly NewName[]): Promise<void> {
  if (names.length === 0) return
  await tx.execute(sql`
    insert into ${sanctionsName} (version, ordinal, entry_id, entry_name, program, name)
    select ${version}::int, * from ${unnested(
      { type: 'int', values: names.map(({ ordinal }) => String(ordinal)) },
      { type: 'text', values: names.map(({ entryId }) => entryId) },
      { type: 'text', values: names.map(({ entryName }) => entryName) },
      { type: 'text', values: names.map(({ program }) => program) },
      { type: 'text', values: names.map(({ name }) => name) },
    )}`)
  const keys = names.flatMap(({ ordinal, name }) => {
    const read = readName(name)
    const wordCount = String(read.words.length)
    return [...new Set(blockingKeys(read).flat())].map((key) => ({ key, ordinal: String(ordinal), wordCount }))
  })
  await tx.execute(sql`
    insert into ${sanctionsKey} (version, key, ordinal, word_count)
    select ${version}::int, * from ${unnested(
      { type: 'text', values: keys.map(({ key }) => key) },
      { type: 'int', values: keys.map(({ ordinal }) => ordinal) },
      { type: 'int', values: keys.map(({ wordCount }) => wordCount) },
    )}`)
}

/** From the end of the transaction on, it is the one in force. */
export async function insertList(tx: Tx, row: Omit<SanctionsListRow, 'tenantId'>): Promise<SanctionsListRow> {
  const [inserted] = await tx.insert(sanctionsList).values(row).returning()
  if (inserted === undefined) throw new Error(`The version ${row.version} of the sanctions list was not stored.`)
  return inserted
}

/** Screenings that began before still find them. */
export async function dropNamesBefore(tx: Tx, version: number): Promise<void> {
  await tx.delete(sanctionsKey).where(lt(sanctionsKey.version, version))
  await tx.delete(sanctionsName).where(lt(sanctionsName.version, version))
}
