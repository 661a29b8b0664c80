import type { Db } from './pools.ts'

/**
 * `const findSlice = preparedFor((db) => db.select().from(slices).where(eq(slices.id, placeholderFor(slices.id, 'id'))).prepare('slice'))`
 * then `findSlice(db).execute({ id })`.
 *
 * Building a Drizzle query costs two to three times what running it through the driver costs, so a hot query is built
 * once for all handles, those of transactions among them. So what it says must not depend on the handle.
 */
export function preparedFor<Query extends object>(build: (db: Db) => Query): (db: Db) => Query {
  let built: Query | undefined
  const bound = new WeakMap<Db, Query>()
  return (db) => {
    const known = bound.get(db)
    if (known !== undefined) return known
    built ??= build(db)
    const query = boundTo(db, built)
    bound.set(db, query)
    return query
  }
}

/** The same query, which runs where `db` does. Drizzle has no name for it: a prepared query keeps the client of its session. */
function boundTo<Query extends object>(db: Db, query: Query): Query {
  const client: unknown = Reflect.get(db._.session, 'client')
  if (client === undefined || !Reflect.has(query, 'client'))
    throw new TypeError('Drizzle keeps the client of a prepared query elsewhere since its last version.')
  return Object.create(query, { client: { value: client } })
}
