import type { Db } from '@carriergraph/shared/db/pools.ts'
import { unnested } from '@carriergraph/shared/db/unnested.ts'
import { type SQL, sql } from 'drizzle-orm'
import { sanctionsKey, sanctionsList, sanctionsName } from '../../db/tables/sanctions-list.ts'

/** A name of the list that shares a key with one that is screened. */
export type Candidate = {
  /** Which of the screened names. */
  readonly nameIndex: number
  readonly entryId: string
  readonly entryName: string
  readonly program: string
  readonly name: string
  /** See `sanctionsName`. */
  readonly isWeak: boolean
}

/** Names of either order that are compared in full with one: 99.8 % of misspelt names find theirs among the first hundred (ADR). */
const CANDIDATES_MAX = 200

type Row = { readonly version: number } & { readonly [Field in keyof Candidate]: Candidate[Field] | null }

/** Names that have words whole; those that are such a word come first. */
const WHOLE_MAX = 50

/** Of a screened name the keys of each word: those by which names that are alike are found, and those of words that are whole. */
export type KeysOfName = { readonly alike: KeysOfWords; readonly whole: KeysOfWords }
type KeysOfWords = readonly (readonly string[])[]

/**
 * Names of the list in force that share keys with those screened; those with most words in common, of as many
 * the shortest; those of which most is there, or a name would hide behind common ones that are added to it; and those whose words
 * stand in them whole. One statement, so that the version and its names are of one moment: an import may replace them meanwhile.
 */
export async function findCandidates(
  db: Db,
  keysOfNames: readonly KeysOfName[],
): Promise<{ readonly version: number | null; readonly candidates: readonly Candidate[] }> {
  const rows = await db.execute<Row>(candidatesQuery(keysOfNames))
  return { version: rows[0]?.version ?? null, candidates: rows.filter(isCandidate) }
}

/** Lateral probes: after an import there are no statistics yet, and a join would read the list once for every row. */
function candidatesQuery(keysOfNames: readonly KeysOfName[]): SQL {
  return sql`
    with list as materialized (
      select tenant_id, version from ${sanctionsList} order by version desc limit 1
    ),
    shared as materialized (
      select name_index, ordinal, count(distinct word_index) as words, min(word_count) as word_count,
        count(distinct key)::float8 / min(word_count) as covered
      from ${having(keysOfNames.map(({ alike }) => alike))}
      group by name_index, ordinal
    ),
    whole as materialized (
      select name_index, ordinal, count(distinct word_index) as words, min(word_count) as word_count
      from ${having(keysOfNames.map(({ whole }) => whole))}
      group by name_index, ordinal
      -- One word of many is shared by too many names, and they are found as all are.
      having count(distinct word_index) > 1 or min(word_count) <= 2
    ),
    nearest as materialized (
      select name_index, ordinal from (
        select *,
          row_number() over (partition by name_index order by words desc, word_count, ordinal) as place,
          row_number() over (partition by name_index order by covered desc, words desc, ordinal) as place_covered
        from shared
      ) placed where place <= ${CANDIDATES_MAX} or place_covered <= ${CANDIDATES_MAX}
      union
      select name_index, ordinal from (
        select *, row_number() over (
          partition by name_index order by word_count = 1 desc, words desc, word_count, ordinal
        ) as place
        from whole
      ) placed where place <= ${WHOLE_MAX}
    ),
    named as materialized (
      select name_index as "nameIndex", entry_id as "entryId", entry_name as "entryName", program, name, is_weak as "isWeak"
      from list, nearest, lateral (
        select entry_id, entry_name, program, name, is_weak from ${sanctionsName} n
        where n.tenant_id = list.tenant_id and n.version = list.version and n.ordinal = nearest.ordinal
        offset 0
      ) found
    )
    select list.version, named.* from list left join named on true`
}

/** The names that have keys, for each screened one and its words. */
function having(keysOfNames: readonly KeysOfWords[]): SQL {
  const keys = keysOfNames.flatMap((words, name) =>
    words.flatMap((keys, word) => keys.map((key) => ({ name: String(name), word: String(word), key }))),
  )
  const wanted = unnested(
    { type: 'int', values: keys.map(({ name }) => name) },
    { type: 'int', values: keys.map(({ word }) => word) },
    { type: 'text', values: keys.map(({ key }) => key) },
  )
  return sql`list, ${wanted} as wanted (name_index, word_index, key), lateral (
        select ordinal, word_count from ${sanctionsKey} k
        where k.tenant_id = list.tenant_id and k.version = list.version and k.key = wanted.key
        offset 0
      ) found`
}

const isCandidate = (row: Row): row is Row & Candidate => row.nameIndex !== null
