import type { Db } from '@carriergraph/shared/db/pools.ts'
import { unnested } from '@carriergraph/shared/db/unnested.ts'
import { desc, eq, sql } from 'drizzle-orm'
import { sanctionsList, sanctionsWord } from '../../db/tables/sanctions-list.ts'
import type { WordCounts } from '../matching/rarity.ts'

export type CountedWords = WordCounts & {
  /** The version in force; null where there is none. */
  readonly version: number | null
}

type Row = {
  readonly version: number
  readonly entryCount: number
  readonly word: string | null
  readonly count: number
}

/** How many entries of the list in force have words; null of none. One statement: an import may replace them meanwhile. */
export async function countWords(db: Db, words: readonly string[]): Promise<CountedWords | null> {
  if (words.length === 0) return null
  const rows = await db.execute<Row>(sql`
    with list as materialized (
      select tenant_id, version, entry_count from ${sanctionsList} order by version desc limit 1
    ), counted as materialized (
      select found.word, found.entry_count
      from list, ${unnested({ type: 'text', values: [...new Set(words)] })} as wanted (word), lateral (
        select word, entry_count from ${sanctionsWord} w
        where w.tenant_id = list.tenant_id and w.version = list.version and w.word = wanted.word
        offset 0
      ) found
    )
    select list.version, list.entry_count as "entryCount", counted.word, counted.entry_count as count
    from list left join counted on true`)
  const counted = rows.flatMap(({ word, count }) => (word === null ? [] : [[word, count] as const]))
  return { version: rows[0]?.version ?? null, entryCount: rows[0]?.entryCount ?? 0, entriesOfWord: new Map(counted) }
}

/** Whether words of the list in force were counted, as all of them are now. */
export async function areWordsCounted(db: Db): Promise<boolean> {
  const [list] = await db
    .select({ version: sanctionsList.version })
    .from(sanctionsList)
    .orderBy(desc(sanctionsList.version))
    .limit(1)
  if (list === undefined) return false
  const counted = await db
    .select({ word: sanctionsWord.word })
    .from(sanctionsWord)
    .where(eq(sanctionsWord.version, list.version))
    .limit(1)
  return counted.length > 0
}
