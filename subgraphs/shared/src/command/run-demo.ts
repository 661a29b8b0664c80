import type { TenantDb } from '../db/pools.ts'
import { faultText } from './fault.ts'
import { openServiceDatabase, type ServiceDatabaseOptions } from './service-database.ts'
import { processSurroundings } from './surroundings.ts'

/** Whose data the demo is. */
export const DEMO_TENANT = 'demo'
const CLOSE_TIMEOUT_S = 5

/** `node src/demo.ts`: loads a service's demo data into its database. What is there already stays as it is. */
export async function runDemo(
  options: ServiceDatabaseOptions,
  load: (db: TenantDb, now: Date) => Promise<void>,
): Promise<void> {
  try {
    const database = await openServiceDatabase(options, processSurroundings())
    try {
      await load(database.forTenant(DEMO_TENANT), new Date())
    } finally {
      await database.close({ timeout_s: CLOSE_TIMEOUT_S })
    }
  } catch (error) {
    console.error(faultText(error))
    process.exitCode = 1
  }
}
