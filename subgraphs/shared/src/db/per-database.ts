import type { Database } from './pools.ts'

/** Something of which there is one for each database in this process, made when it is first asked for. */
export function perDatabase<T>(make: (database: Database) => T): (database: Database) => T {
  const made = new WeakMap<Database, { readonly value: T }>()
  return (database) => {
    const known = made.get(database)
    if (known !== undefined) return known.value
    const value = make(database)
    made.set(database, { value })
    return value
  }
}
