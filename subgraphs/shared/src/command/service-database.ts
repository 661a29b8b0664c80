import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { type Database, openDatabase } from '../db/pools.ts'
import { createLog } from '../log.ts'
import { environmentOf } from '../service/settings.ts'
import { CommandFault, type DatabaseFaultCode } from './fault.ts'
import { assertSafeLogin } from './safe-login.ts'
import type { Surroundings } from './surroundings.ts'

export type ServiceDatabaseOptions = {
  /** Whose database: `billing`. */
  readonly service: string
  /** Shown in pg_stat_activity. */
  readonly command: string
  /** Made by the newest migration that the command needs: without it there is nothing to work on. */
  readonly table: string
}

/**
 * Opens a service's database for a command: the one of `DATABASE_URL_<SERVICE>` or `DATABASE_URL`, or what a local
 * `pnpm start` has written down. The caller closes it.
 * @throws CommandFault DATABASE_UNKNOWN where nothing says where it is, or no URL does, DATABASE_UNAVAILABLE where it cannot be worked on,
 * DATABASE_ROLE_UNSAFE where its role is above row-level security
 */
export async function openServiceDatabase(
  { service, command, table }: ServiceDatabaseOptions,
  surroundings: Pick<Surroundings, 'env' | 'environmentFile'>,
): Promise<Database> {
  const url = await databaseUrl(service, surroundings)
  const database = openDatabase({
    url,
    applicationName: command,
    log: createLog({ service: command, level: 'silent' }),
  })
  try {
    await assertUsable(database, service, table)
    return database
  } catch (error) {
    await database.close({ timeout_s: 0 })
    throw error
  }
}

async function assertUsable({ sql: { system: sql } }: Database, service: string, table: string): Promise<void> {
  await assertSafeLogin(sql, `The database of ${service}`)
  const [found] = await sql<{ isThere: boolean }[]>`select to_regclass(${table}) is not null as "isThere"`
  if (!found?.isThere)
    throw new CommandFault<DatabaseFaultCode>(
      'DATABASE_UNAVAILABLE',
      `The database of ${service} has no tables yet: start ${service} once.`,
    )
}

async function databaseUrl(
  service: string,
  { env, environmentFile }: Pick<Surroundings, 'env' | 'environmentFile'>,
): Promise<string> {
  const name = `DATABASE_URL_${service.toUpperCase()}`
  const { DATABASE_URL: url } = environmentOf(service, env)
  if (url && isPostgresUrl(url)) return url
  // It may hold a password, and is not repeated.
  if (url)
    throw new CommandFault<DatabaseFaultCode>(
      'DATABASE_UNKNOWN',
      `${env[name] ? name : 'DATABASE_URL'} is no URL of PostgreSQL: postgres://user:password@host/database.`,
    )
  try {
    const written = z.record(z.string(), z.unknown()).parse(JSON.parse(await readFile(environmentFile, 'utf8')))
    return z.string().min(1).parse(written[name])
  } catch {
    const message = `No database: run pnpm start in another terminal, or set ${name}.`
    throw new CommandFault<DatabaseFaultCode>('DATABASE_UNKNOWN', message)
  }
}

const isPostgresUrl = (text: string): boolean => /^postgres(ql)?:\/\//.test(text) && URL.canParse(text)
