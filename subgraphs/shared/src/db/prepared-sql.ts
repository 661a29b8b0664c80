import type postgres from 'postgres'
import type { RawSql } from './pools.ts'

/**
 * What is longer is a batch of rows, of which every number of rows would be a statement of its own; it costs little to
 * parse beside what it does.
 */
export const PARAMETERS_MAX = 100
/** Of one pool. A text that comes later is parsed each time: a server keeps what it prepared for each connection. */
export const TEXTS_MAX = 500

type Transaction = postgres.TransactionSql<{ bigint: bigint }>
type Unsafe = RawSql['unsafe']

/**
 * The same client, which has the server parse each text once for each connection. What Drizzle builds inside of a
 * transaction would else be parsed every time, and cost two round trips: one for the types of its parameters.
 */
export function preparedSql(sql: RawSql): RawSql {
  const texts = new Set<string>()

  const isWorthIt = (text: string, parameters: number): boolean => {
    if (parameters === 0 || parameters > PARAMETERS_MAX) return false
    if (texts.has(text)) return true
    if (texts.size >= TEXTS_MAX) return false
    texts.add(text)
    return true
  }

  const unsafeOf =
    (client: RawSql | Transaction): Unsafe =>
    (text, parameters = [], options = {}) =>
      client.unsafe(text, parameters, isWorthIt(text, parameters.length) ? { ...options, prepare: true } : options)

  const withScope = (args: readonly unknown[]): unknown[] =>
    args.map((arg) =>
      typeof arg === 'function' ? (client: Transaction) => (arg as (sql: Transaction) => unknown)(inside(client)) : arg,
    )

  const inside = (client: Transaction): Transaction =>
    replaced(client, {
      unsafe: unsafeOf(client),
      savepoint: (...args: unknown[]) => Reflect.apply(client.savepoint, client, withScope(args)),
    })

  return replaced(sql, {
    unsafe: unsafeOf(sql),
    begin: (...args: unknown[]) => Reflect.apply(sql.begin, sql, withScope(args)),
  })
}

const replaced = <Client extends object>(client: Client, own: Readonly<Record<PropertyKey, unknown>>): Client =>
  new Proxy(client, { get: (target, name) => own[name] ?? Reflect.get(target, name) })
