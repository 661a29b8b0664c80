import { fileURLToPath } from 'node:url'
import type { Logger } from 'pino'
import { migrate } from '../../db/migrate.ts'
import { openDatabase } from '../../db/pools.ts'
import type { EventBus } from '../bus.ts'
import { PostgresEventBus } from './postgres-event-bus.ts'

const MIGRATIONS = fileURLToPath(new URL('../../../migrations/bus/', import.meta.url))

/** The event bus in a PostgreSQL database of its own. The first service to come creates its tables. */
export async function openPostgresEventBus(options: {
  readonly url: string
  readonly applicationName: string
  readonly log: Logger
}): Promise<EventBus> {
  await migrate({ url: options.url, migrationsFolder: MIGRATIONS })
  return new PostgresEventBus(openDatabase(options))
}
