import postgres from 'postgres'
import { outageIn } from '../db/outage.ts'
import type { RawSql } from '../db/pools.ts'
import { CommandFault, type DatabaseFaultCode } from './fault.ts'

/**
 * Looks whether a database can be reached, and by a role that a command may work as.
 * @param what the database as a sentence begins with it: `The database of billing`
 * @throws CommandFault DATABASE_UNAVAILABLE where it cannot be reached or does not take the login, DATABASE_ROLE_UNSAFE
 * where the role is above row-level security
 */
export async function assertSafeLogin(sql: RawSql, what: string): Promise<void> {
  const [found] = await sql<{ role: string; seesAll: boolean }[]>`
    select rolname as role, rolsuper or rolbypassrls as "seesAll" from pg_roles where rolname = current_user`.catch(
    (error: unknown) => {
      // The first statement of all: what the server says against it, such as that the role may not connect, is no bug.
      const words = outageIn(error) ?? (error instanceof postgres.PostgresError ? error.message : undefined)
      if (words === undefined) throw error
      const message = `${what} cannot be reached: ${words}`
      throw new CommandFault<DatabaseFaultCode>('DATABASE_UNAVAILABLE', message, { cause: error })
    },
  )
  // Row-level security is what keeps tenants apart; for such a role there is none.
  if (found?.seesAll !== false)
    throw new CommandFault<DatabaseFaultCode>(
      'DATABASE_ROLE_UNSAFE',
      `The role ${found?.role} sees the rows of every tenant: connect as the role that owns only this database.`,
    )
}
