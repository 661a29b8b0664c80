import { Readable } from 'node:stream'
import type { TenantDb } from '@carriergraph/shared/db/pools.ts'
import { importSanctionsList } from '../sanctions/import/import-list.ts'
import { START } from './risk-stage.ts'

/** Brings a list into force that has these names alone, each with an id of its own. */
export async function bringIntoForce(db: TenantDb, ...names: readonly string[]): Promise<void> {
  const entry = { type: 'individual', program: 'DEMO', remarks: '', aka: [] }
  const lines = names.map((name) => `${JSON.stringify({ ...entry, id: name.toLowerCase(), name })}\n`)
  const by = { actor: 'it', correlationId: 'it', now: START }
  await importSanctionsList(db, Readable.from([Buffer.from(lines.join(''))]), by, { mayShrink: true })
}
