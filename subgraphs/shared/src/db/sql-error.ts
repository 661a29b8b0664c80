import postgres from 'postgres'

/** SQLSTATE codes that the code of this repository decides on. */
export const SQL_STATE = {
  uniqueViolation: '23505',
  serializationFailure: '40001',
  deadlockDetected: '40P01',
  lockNotAvailable: '55P03',
} as const

/** The server's error behind what Drizzle or postgres.js threw (Drizzle puts it into `cause`), if there is one. */
export function postgresErrorBehind(error: unknown): postgres.PostgresError | undefined {
  let inner = error
  while (inner instanceof Error) {
    if (inner instanceof postgres.PostgresError) return inner
    inner = inner.cause
  }
  return undefined
}

/** Functions of the server that find that what it has prepared for the connection is of another schema, or is gone. */
const STALE_ROUTINES = new Set(['RevalidateCachedQuery', 'FetchPreparedStatement'])

/**
 * True when a prepared statement was not run, because a migration has changed what it answers with or somebody else has
 * dropped it. The client has forgotten it by then, and prepares it anew the next time.
 */
export const isStaleStatement = (error: unknown): boolean =>
  STALE_ROUTINES.has(postgresErrorBehind(error)?.routine ?? '')

/** True when `error` says that a row with the same key exists under the unique constraint or index of that name. */
export function violatesUnique(error: unknown, constraint: string): boolean {
  const fault = postgresErrorBehind(error)
  return fault?.code === SQL_STATE.uniqueViolation && fault.constraint_name === constraint
}
