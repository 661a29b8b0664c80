import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { Lease } from '@carriergraph/shared/db/lease.ts'
import { databaseOf, type TenantDb, type Tx } from '@carriergraph/shared/db/pools.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { claimImport, holdImport, tenantOf } from '../db/import.ts'
import { SanctionsImportFault } from './fault.ts'

/** A transaction of the import that holds the claim. */
export type Step = <T>(work: (tx: Tx) => Promise<T>) => Promise<T>
export type Pause = (duration_ms: number) => Promise<unknown>

/** How often it is looked whether another import has ended. */
const PAUSE_MS = 250
/** A quarter of an hour: all lists of the world together take a few minutes. */
const PAUSES_MAX = 3_600

/**
 * Runs `work` while no other import of the tenant runs. The lease keeps them one behind the other. It may be lost with its
 * connection and nobody be told, so each step also holds the claim, which the next import takes over: no step of the one
 * before ends after that.
 * @throws SanctionsImportFault where another one takes too long, or took over
 */
export async function asOnlyImport<T>(
  db: TenantDb,
  now: Date,
  pause: Pause = delay,
  work: (step: Step) => Promise<T>,
): Promise<T> {
  const lease = new Lease(databaseOf(db), `sanctions lists of ${await tenantOf(db)}`)
  try {
    for (let pauses = 0; !(await lease.acquire()); pauses += 1) {
      if (pauses === PAUSES_MAX) throw new SanctionsImportFault('IMPORT_UNDER_WAY', 'Another import runs for too long.')
      await pause(PAUSE_MS)
    }
    const token = randomUUID()
    await claimImport(db, { token, startedAt: now })
    return await work((effect) =>
      inTransaction(db, async (tx) => {
        if (await holdImport(tx, token)) return effect(tx)
        throw new SanctionsImportFault('IMPORT_SUPERSEDED', 'Another import began while this one was cut off.')
      }),
    )
  } finally {
    await lease.release()
  }
}
