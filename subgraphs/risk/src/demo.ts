import { readConfig, urlOf } from '@carriergraph/shared/config.ts'
import { openDatabase, type TenantDb } from '@carriergraph/shared/db/pools.ts'
import { namedId } from '@carriergraph/shared/ids.ts'
import { createLog } from '@carriergraph/shared/log.ts'
import { environmentOf } from '@carriergraph/shared/service/settings.ts'
import { z } from 'zod'
import type { KycStatus } from './domain/kyc.ts'
import type { Role } from './domain/registration.ts'
import { registerUser } from './flow/register-user.ts'

const DEMO_TENANT = 'demo'

/** The people of the demo; the other subgraphs' demo data names them by the same keys. */
const PEOPLE: readonly (readonly [key: string, displayName: string, kycStatus: KycStatus, role: Role])[] = [
  ['ada', 'Ada Okafor', 'VERIFIED', 'CUSTOMER'],
  ['bruno', 'Bruno Keller', 'VERIFIED', 'CUSTOMER'],
  ['chen', 'Chen Wei', 'PENDING', 'CUSTOMER'],
  ['dana', 'Dana Novak', 'VERIFIED', 'CUSTOMER'],
  ['elif', 'Elif Demir', 'REJECTED', 'CUSTOMER'],
  ['olga', 'Olga Lindqvist', 'VERIFIED', 'OPERATOR'],
]

/** Registers the people of the demo. Those that are there, changed or not, stay as they are. */
export async function loadDemo(db: TenantDb, now: Date): Promise<void> {
  const provenance = { actor: 'svc:demo', correlationId: 'demo', now }
  for (const [key, displayName, kycStatus, role] of PEOPLE) {
    const id = namedId('usr', `demo/${key}`)
    const registration = { idempotencyKey: `demo/${key}`, displayName, roles: [role] }
    const registered = await registerUser(db, registration, provenance, { id, kycStatus })
    if (!registered.ok) throw new Error(registered.message)
  }
}

if (import.meta.main) {
  const { DATABASE_URL: url } = readConfig(
    z.object({ DATABASE_URL: urlOf('postgres:', 'postgresql:') }),
    environmentOf('risk'),
  )
  const database = openDatabase({
    url,
    applicationName: 'risk demo',
    log: createLog({ service: 'risk', level: 'warn' }),
  })
  await loadDemo(database.forTenant(DEMO_TENANT), new Date())
  await database.close({ timeout_s: 5 })
}
