import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { type Database, openDatabase } from '../db/pools.ts'
import { createLog } from '../log.ts'
import { environmentOf } from '../service/settings.ts'
import { CommandFault } from './fault.ts'
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
 * @throws CommandFault DATABASE_UNKNOWN where nothing says where it is, DATABASE_UNAVAILABLE where it cannot be worked on
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
    const [row] = await database.sql.system<{ isThere: boolean }[]>`
      select to_regclass(${table}) is not null as "isThere"`
    if (row?.isThere) return database
  } catch (error) {
    await database.close({ timeout_s: 0 })
    const reason = error instanceof Error ? error.message : String(error)
    const message = `The database of ${service} cannot be reached: ${reason}`
    throw new CommandFault('DATABASE_UNAVAILABLE', message, { cause: error })
  }
  await database.close({ timeout_s: 0 })
  const message = `The database of ${service} has no tables yet: start ${service} once.`
  throw new CommandFault('DATABASE_UNAVAILABLE', message)
}

async function databaseUrl(
  service: string,
  { env, environmentFile }: Pick<Surroundings, 'env' | 'environmentFile'>,
): Promise<string> {
  const { DATABASE_URL: url } = environmentOf(service, env)
  if (url) return url
  const name = `DATABASE_URL_${service.toUpperCase()}`
  try {
    const written = z.record(z.string(), z.unknown()).parse(JSON.parse(await readFile(environmentFile, 'utf8')))
    return z.string().min(1).parse(written[name])
  } catch {
    const message = `No database: run pnpm start in another terminal, or set ${name}.`
    throw new CommandFault('DATABASE_UNKNOWN', message)
  }
}
