import { tenantColumn } from '@carriergraph/shared/id-column.ts'
import { momentColumn } from '@carriergraph/shared/moment-column.ts'
import { tenantPolicy } from '@carriergraph/shared/tenancy.ts'
import { sql } from 'drizzle-orm'
import { boolean, check, integer, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'

/** Every version of the list that was imported; the last one is in force. Append-only: assessments name theirs. */
export const sanctionsList = pgTable(
  'sanctions_list',
  {
    tenantId: tenantColumn(),
    version: integer('version').notNull(),
    /** SHA-256 of the file, unpacked, in hex. */
    digest: text('digest').notNull(),
    entryCount: integer('entry_count').notNull(),
    nameCount: integer('name_count').notNull(),
    importedBy: text('imported_by').notNull(),
    importedAt: momentColumn('imported_at').notNull(),
  },
  (table) => [
    primaryKey({ name: 'sanctions_list_key', columns: [table.tenantId, table.version] }),
    check(
      'sanctions_list_counts',
      sql`${table.version} > 0 and ${table.entryCount} > 0 and ${table.nameCount} >= ${table.entryCount}`,
    ),
    tenantPolicy(),
  ],
)

/**
 * The import that may store names: one of a tenant. It is left behind where a process dies, and the next one takes it over.
 */
export const sanctionsImport = pgTable(
  'sanctions_import',
  {
    tenantId: tenantColumn(),
    /** Tells the import that has it from one that had it before, and does not know yet that it lost it. */
    token: uuid('token').notNull(),
    startedAt: momentColumn('started_at').notNull(),
  },
  (table) => [primaryKey({ name: 'sanctions_import_key', columns: [table.tenantId] }), tenantPolicy()],
)

/**
 * Every name and alias of the version in force, and of one that is being imported. Those of earlier versions are removed: hits
 * carry what they found.
 */
export const sanctionsName = pgTable(
  'sanctions_name',
  {
    tenantId: tenantColumn(),
    version: integer('version').notNull(),
    ordinal: integer('ordinal').notNull(),
    /** As the list has them. */
    entryId: text('entry_id').notNull(),
    entryName: text('entry_name').notNull(),
    program: text('program').notNull(),
    name: text('name').notNull(),
    /** Of a vessel or an aircraft, or an alias that the list itself calls weak: who bears it may well be somebody else. */
    isWeak: boolean('is_weak').notNull().default(false),
  },
  (table) => [
    primaryKey({ name: 'sanctions_name_key', columns: [table.tenantId, table.version, table.ordinal] }),
    tenantPolicy(),
  ],
)

/** Under which keys a name is found: see `blockingKeys` and `wholeKeys`. The primary key is the index of every search. */
export const sanctionsKey = pgTable(
  'sanctions_key',
  {
    tenantId: tenantColumn(),
    version: integer('version').notNull(),
    key: text('key').notNull(),
    ordinal: integer('ordinal').notNull(),
    /** How many words the name has. */
    wordCount: integer('word_count').notNull(),
  },
  (table) => [
    primaryKey({ name: 'sanctions_key_key', columns: [table.tenantId, table.version, table.key, table.ordinal] }),
    tenantPolicy(),
  ],
)

/** Every word of the names, and how many entries have it: of a list that was imported before words were counted there are none. */
export const sanctionsWord = pgTable(
  'sanctions_word',
  {
    tenantId: tenantColumn(),
    version: integer('version').notNull(),
    word: text('word').notNull(),
    entryCount: integer('entry_count').notNull(),
  },
  (table) => [
    primaryKey({ name: 'sanctions_word_key', columns: [table.tenantId, table.version, table.word] }),
    tenantPolicy(),
  ],
)

export type SanctionsListRow = typeof sanctionsList.$inferSelect
