import { DEMO_TENANT } from '@carriergraph/shared/command/run-demo.ts'
import { openDatabase } from '@carriergraph/shared/db/pools.ts'
import { createLog } from '@carriergraph/shared/log.ts'
import { SUBGRAPHS } from '../subgraphs.ts'
import type { Databases } from './services.ts'

const CLOSE_TIMEOUT_S = 5

// Loaded when they are needed only: in production they never are.
const DEMOS = {
  network: () => import('@carriergraph/network/demo.ts'),
  billing: () => import('@carriergraph/billing/demo.ts'),
  payments: () => import('@carriergraph/payments/demo.ts'),
  risk: () => import('@carriergraph/risk/demo.ts'),
}

/**
 * Loads each subgraph's demo data into its database, which has been migrated. It is idempotent: what a user has changed
 * since the first time stays.
 */
export async function loadDemoData({ databaseUrls }: Pick<Databases, 'databaseUrls'>): Promise<void> {
  const now = new Date()
  await Promise.all(
    SUBGRAPHS.map(async ({ name }) => {
      const { loadDemo } = await DEMOS[name]()
      const log = createLog({ service: name, level: 'warn' })
      const database = openDatabase({ url: databaseUrls[name], applicationName: `${name} demo`, log })
      try {
        await loadDemo(database.forTenant(DEMO_TENANT), now)
      } finally {
        await database.close({ timeout_s: CLOSE_TIMEOUT_S })
      }
    }),
  )
}
