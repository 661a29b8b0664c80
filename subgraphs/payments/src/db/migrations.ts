import { fileURLToPath } from 'node:url'

/** What drizzle-kit generated from `schema.ts`, and what was added by hand. */
export const MIGRATIONS_FOLDER = fileURLToPath(new URL('../../migrations', import.meta.url))
