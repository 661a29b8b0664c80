import { customType } from 'drizzle-orm/pg-core'

/** PostgreSQL's 64-bit transaction id, which never wraps around. */
export const xid8 = customType<{ data: bigint; driverData: string }>({
  dataType: () => 'xid8',
  toDriver: (xid) => xid.toString(),
  fromDriver: (text) => BigInt(text),
})
