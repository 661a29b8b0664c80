import { fileURLToPath } from 'node:url'
import { migrate } from '@carriergraph/shared/db/migrate.ts'

/** What drizzle-kit generated from `schema.ts`. */
export const MIGRATIONS_FOLDER = fileURLToPath(new URL('../../migrations', import.meta.url))

/** Brings the network's database to the newest schema; `url` is that of its owner. */
export const migrateNetwork = (url: string): Promise<void> => migrate({ url, migrationsFolder: MIGRATIONS_FOLDER })
