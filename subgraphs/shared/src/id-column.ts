import { sql } from 'drizzle-orm'
import { customType, text } from 'drizzle-orm/pg-core'
import { fromUuid, type Id, parseId, toUuid } from './ids.ts'

/**
 * A `uuid` column that the code sees as `Id<P>`. `name` is the column's name where it differs from the key.
 * A value with another prefix is refused with INVALID_ID rather than stored.
 */
export function idColumn<P extends string, N extends string = ''>(prefix: P, name?: N) {
  const column = customType<{ data: Id<P>; driverData: string }>({
    dataType: () => 'uuid',
    // A prepared statement hands nulls to toDriver as well; Drizzle checks for them only where values are inline.
    toDriver: (id) => (id === null ? id : toUuid(parseId(prefix, id))),
    fromDriver: (value) => fromUuid(prefix, value),
  })
  return column((name ?? '') as N)
}

/**
 * First column of every table and key: filled in from the tenant that the connection was opened for. A connection that
 * sees every tenant must name one; NOT NULL refuses the row otherwise.
 */
export const tenantColumn = () => text('tenant_id').notNull().default(sql`nullif(current_setting('app.tenant'), '*')`)
