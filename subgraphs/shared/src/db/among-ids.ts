import { type SQL, sql } from 'drizzle-orm'
import type { PgColumn } from 'drizzle-orm/pg-core'

/** `column` is one of the uuids given as `ids`: one parameter and one plan, however many there are. */
export const amongIds = (column: PgColumn): SQL => sql`${column} in (select unnest(${sql.placeholder('ids')}::uuid[]))`
