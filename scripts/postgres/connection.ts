import postgres from 'postgres'
import { PostgresStartError } from './failure.ts'

const REFUSED_LOGIN = new Set(['28P01', '28000'])

/** Throws unless the server behind `url` lets us in: a password other than the one it was created with is found out here. */
export async function checkLogin(url: string, dataDir: string): Promise<void> {
  // Each of these would otherwise be taken from a PG* variable that is meant for somebody else's server.
  const sql = postgres(url, {
    max: 1,
    connect_timeout: 30,
    fetch_types: false,
    ssl: false,
    target_session_attrs: 'primary',
  })
  try {
    await sql`select 1`
  } catch (error) {
    if (error instanceof postgres.PostgresError && REFUSED_LOGIN.has(error.code)) {
      throw new PostgresStartError(
        'WRONG_PASSWORD',
        `The cluster in ${dataDir} was created with another password: start with that one, or remove the directory to begin anew.`,
        { cause: error },
      )
    }
    throw error
  } finally {
    await sql.end({ timeout: 5 })
  }
}
