import type { Database, TenantDb } from './pools.ts'

/** Something of which there is one for each database in this process, made when it is first asked for. */
export const perDatabase = <T>(make: (database: Database) => T) => perKey(make)

/** The same for each tenant's connections to a database. */
export const perTenant = <T>(make: (db: TenantDb) => T) => perKey(make)

function perKey<Key extends object, T>(make: (key: Key) => T): (key: Key) => T {
  const made = new WeakMap<Key, { readonly value: T }>()
  return (key) => {
    const known = made.get(key)
    if (known !== undefined) return known.value
    const value = make(key)
    made.set(key, { value })
    return value
  }
}
