import { customType } from 'drizzle-orm/pg-core'

/** A `bytea` column. */
export const bytesColumn = customType<{ data: Uint8Array; driverData: Uint8Array }>({ dataType: () => 'bytea' })
