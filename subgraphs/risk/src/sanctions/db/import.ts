import type { Db, Tx } from '@carriergraph/shared/db/pools.ts'
import { PRUNE_ROWS_MAX } from '@carriergraph/shared/db/prune.ts'
import { unnested } from '@carriergraph/shared/db/unnested.ts'
import { eq, gt, lt, sql } from 'drizzle-orm'
import {
  type SanctionsListRow,
  sanctionsImport,
  sanctionsKey,
  sanctionsList,
  sanctionsName,
  sanctionsWord,
} from '../../db/tables/sanctions-list.ts'
import { blockingKeys } from '../matching/blocking-keys.ts'
import { readName } from '../matching/name.ts'
import { wholeKeys } from '../matching/whole-keys.ts'

export type NewName = {
  readonly ordinal: number
  readonly entryId: string
  readonly entryName: string
  readonly program: string
  readonly name: string
  readonly isWeak: boolean
}

/** Whose connection it is. */
export async function tenantOf(db: Db): Promise<string> {
  const [row] = await db.execute<{ tenant: string }>(sql`select current_setting('app.tenant') as tenant`)
  if (row === undefined) throw new Error('PostgreSQL did not say whose connection it is.')
  return row.tenant
}

/**
 * The import with this token alone may store and remove names from now on. It waits for the batch that the one before is in.
 */
export async function claimImport(db: Db, claim: { readonly token: string; readonly startedAt: Date }): Promise<void> {
  await db.insert(sanctionsImport).values(claim).onConflictDoUpdate({ target: sanctionsImport.tenantId, set: claim })
}

/** Call it first in each transaction of an import. @returns false where another one has claimed it meanwhile */
export async function holdImport(tx: Tx, token: string): Promise<boolean> {
  const [held] = await tx
    .select({ token: sanctionsImport.token })
    .from(sanctionsImport)
    .where(eq(sanctionsImport.token, token))
    .for('update')
  return held !== undefined
}

/** A word's key, and the name that has it. */
export type NewKey = { readonly key: string; readonly ordinal: string; readonly wordCount: string }

/** The keys under which names are found. */
export const keysOf = (names: readonly NewName[]): NewKey[] =>
  names.flatMap(({ ordinal, name }) => {
    const read = readName(name)
    const wordCount = String(read.words.length)
    return [...new Set([...blockingKeys(read).flat(), ...wholeKeys(read)])].map((key) => ({
      key,
      ordinal: String(ordinal),
      wordCount,
    }))
  })

/** Nobody searches them before the version itself is there. */
export async function insertNames(
  tx: Tx,
  version: number,
  names: readonly NewName[],
  keys: readonly NewKey[],
): Promise<void> {
  await tx.execute(sql`
    insert into ${sanctionsName} (version, ordinal, entry_id, entry_name, program, name, is_weak)
    select ${version}::int, * from ${unnested(
      { type: 'int', values: names.map(({ ordinal }) => String(ordinal)) },
      { type: 'text', values: names.map(({ entryId }) => entryId) },
      { type: 'text', values: names.map(({ entryName }) => entryName) },
      { type: 'text', values: names.map(({ program }) => program) },
      { type: 'text', values: names.map(({ name }) => name) },
      { type: 'boolean', values: names.map(({ isWeak }) => String(isWeak)) },
    )}`)
  await tx.execute(sql`
    insert into ${sanctionsKey} (version, key, ordinal, word_count)
    select ${version}::int, * from ${unnested(
      { type: 'text', values: keys.map(({ key }) => key) },
      { type: 'int', values: keys.map(({ ordinal }) => ordinal) },
      { type: 'int', values: keys.map(({ wordCount }) => wordCount) },
    )}`)
}

/** A word, and how many entries have it. */
export type NewWord = readonly [word: string, entryCount: number]

/** Call it before the version is there, as with its names. */
export async function insertWords(tx: Tx, version: number, words: readonly NewWord[]): Promise<void> {
  await tx.execute(sql`
    insert into ${sanctionsWord} (version, word, entry_count)
    select ${version}::int, * from ${unnested(
      { type: 'text', values: words.map(([word]) => word) },
      { type: 'int', values: words.map(([, entryCount]) => String(entryCount)) },
    )}`)
}

/** From the end of the transaction on, it is the one in force. */
export async function insertList(tx: Tx, row: Omit<SanctionsListRow, 'tenantId'>): Promise<SanctionsListRow> {
  const [inserted] = await tx.insert(sanctionsList).values(row).returning()
  if (inserted === undefined) throw new Error(`The version ${row.version} of the sanctions list was not stored.`)
  return inserted
}

/** Removes a batch of the names of other versions. Searches that began before still find them. @returns whether none is left */
export async function removeNamesNotOf(tx: Tx, version: number): Promise<boolean> {
  for (const table of [sanctionsKey, sanctionsWord, sanctionsName])
    for (const isOther of [lt(table.version, version), gt(table.version, version)]) {
      // The tenant stands there for the index: row-level security does not ask for it in a way that one can answer.
      const { count } = await tx.execute(sql`
        delete from ${table} where ctid = any (array(
          select ctid from ${table} where tenant_id = current_setting('app.tenant') and ${isOther} limit ${PRUNE_ROWS_MAX}))`)
      if (count > 0) return false
    }
  return true
}
