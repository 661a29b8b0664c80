import postgres from 'postgres'
import type { RawSql } from './pools.ts'

/** Told of everything that a client sends to its database. */
export type SqlObserver = {
  /** A statement was made. What is returned is called when it is answered, with the error if it failed; or never. */
  statement(): (text: string, error: unknown) => void
  /** Runs a whole transaction, from the wait for its connection to its commit. */
  transaction<T>(run: () => Promise<T>): Promise<T>
}

type Transaction = postgres.TransactionSql<{ bigint: bigint }>
type Scope = (sql: Transaction) => unknown

/** The same client, watched; so are the clients of its transactions. */
export function observedSql(sql: RawSql, observer: SqlObserver): RawSql {
  return observed(sql, observer, {
    begin: (...args: unknown[]) =>
      observer.transaction(() => Reflect.apply(sql.begin, sql, withObservedScope(args, observer))),
  })
}

function observedTransaction(sql: Transaction, observer: SqlObserver): Transaction {
  return observed(sql, observer, {
    savepoint: (...args: unknown[]) => Reflect.apply(sql.savepoint, sql, withObservedScope(args, observer)),
  })
}

/** `begin` and `savepoint` take a function, last, that is given a client of its own. */
const withObservedScope = (args: readonly unknown[], observer: SqlObserver): unknown[] =>
  args.map((arg) =>
    typeof arg === 'function' ? (sql: Transaction) => (arg as Scope)(observedTransaction(sql, observer)) : arg,
  )

function observed<Sql extends RawSql | Transaction>(
  sql: Sql,
  observer: SqlObserver,
  scopes: Readonly<Record<string, unknown>>,
): Sql {
  const own: Readonly<Record<PropertyKey, unknown>> = {
    ...scopes,
    unsafe: (...args: Parameters<RawSql['unsafe']>) => watched(sql.unsafe(...args), args[0], observer),
  }
  return new Proxy(sql, {
    apply(target, self, args) {
      const made: unknown = Reflect.apply(target, self, args)
      // The same function also makes identifiers and lists of values, which are parts of statements.
      return made instanceof Promise ? watched(made, (args[0] as readonly string[]).join('?'), observer) : made
    },
    get: (target, name) => own[name] ?? Reflect.get(target, name),
  })
}

/**
 * postgres.js sends a statement only once somebody awaits it, and one that became a part of another is never sent. So
 * its end is waited for by the plain `then`, which sends nothing.
 */
function watched<Statement extends Promise<unknown>>(made: Statement, text: string, observer: SqlObserver): Statement {
  const ended = observer.statement()
  Promise.prototype.then.call(
    made,
    (result: unknown) => ended(sentText(result) ?? text, undefined),
    (error: unknown) => ended(error instanceof postgres.PostgresError ? (error.query ?? text) : text, error),
  )
  return made
}

/** The text as the server got it, with `$1` for each value. */
function sentText(result: unknown): string | undefined {
  const statement: unknown = Array.isArray(result) && 'statement' in result ? result.statement : undefined
  const text: unknown =
    typeof statement === 'object' && statement !== null && 'string' in statement ? statement.string : undefined
  return typeof text === 'string' ? text : undefined
}
