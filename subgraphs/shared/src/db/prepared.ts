import type { Db } from './pools.ts'

/**
 * `const findSlice = preparedFor((db) => db.select().from(slices).where(eq(slices.id, placeholderFor(slices.id, 'id'))).prepare('slice'))`
 * then `findSlice(db).execute({ id })`.
 *
 * Building a Drizzle query costs two to three times what running it through the driver costs, so a hot query is built
 * once per handle. Handles of tenants live as long as the process; that of a transaction is forgotten with it.
 */
export function preparedFor<Query>(build: (db: Db) => Query): (db: Db) => Query {
  const built = new WeakMap<Db, Query>()
  return (db) => {
    const known = built.get(db)
    if (known !== undefined) return known
    const query = build(db)
    built.set(db, query)
    return query
  }
}
