import { createReadStream } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { runDemo } from '@carriergraph/shared/command/run-demo.ts'
import type { TenantDb } from '@carriergraph/shared/db/pools.ts'
import { namedId } from '@carriergraph/shared/ids.ts'
import type { KycStatus } from './domain/kyc.ts'
import type { Role } from './domain/registration.ts'
import { registerUser } from './flow/register-user.ts'
import { findListInForce } from './sanctions/db/lists.ts'
import { importSanctionsList } from './sanctions/import/import-list.ts'

/** The people of the demo; the other subgraphs' demo data names them by the same keys. */
const PEOPLE: readonly (readonly [key: string, displayName: string, kycStatus: KycStatus, role: Role])[] = [
  ['ada', 'Ada Okafor', 'VERIFIED', 'CUSTOMER'],
  ['bruno', 'Bruno Keller', 'VERIFIED', 'CUSTOMER'],
  ['chen', 'Chen Wei', 'PENDING', 'CUSTOMER'],
  ['dana', 'Dana Novak', 'VERIFIED', 'CUSTOMER'],
  ['elif', 'Elif Demir', 'REJECTED', 'CUSTOMER'],
  ['olga', 'Olga Lindqvist', 'VERIFIED', 'OPERATOR'],
]

/** Invented names: a remittance is screened and need not wait for a person because there is no list. */
const SANCTIONS_LIST = fileURLToPath(new URL('../demo/sanctions.jsonl', import.meta.url))

/** Registers the people of the demo, and imports its sanctions list. What is there, changed or not, stays as it is. */
export async function loadDemo(db: TenantDb, now: Date): Promise<void> {
  const provenance = { actor: 'svc:demo', correlationId: 'demo', now }
  for (const [key, displayName, kycStatus, role] of PEOPLE) {
    const id = namedId('usr', `demo/${key}`)
    const registration = { idempotencyKey: `demo/${key}`, displayName, roles: [role] }
    const registered = await registerUser(db, registration, provenance, { id, kycStatus })
    if (!registered.ok) throw new Error(registered.message)
  }
  if ((await findListInForce(db)) === null) await importSanctionsList(db, createReadStream(SANCTIONS_LIST), provenance)
}

if (import.meta.main) await runDemo({ service: 'risk', command: 'risk-demo', table: 'user' }, loadDemo)
