import { fileURLToPath } from 'node:url'
import { migrate } from '@carriergraph/shared/db/migrate.ts'

/** What drizzle-kit generated, and what was written by hand beside it. */
export const MIGRATIONS = fileURLToPath(new URL('../../migrations', import.meta.url))

/** Brings billing's database to the newest schema; `url` is that of its owner. Safe to call from several processes. */
export const migrateBilling = (url: string): Promise<void> => migrate({ url, migrationsFolder: MIGRATIONS })
