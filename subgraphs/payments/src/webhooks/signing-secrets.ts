import type { Database } from '@carriergraph/shared/db/pools.ts'
import type { Log } from '@carriergraph/shared/log.ts'
import type { ClaimedDelivery } from '../db/webhook-claims.ts'
import type { TenantVault } from '../vault/data-keys.ts'
import type { KeyProvider } from '../vault/keys/key-provider.ts'
import { openSecret } from './secret.ts'

type Parts = { readonly database: Database; readonly keys: KeyProvider; readonly log: Log }

/**
 * The secrets to sign with, the current one first, and for a while after a change the one before; undefined where the
 * current one cannot be read.
 */
export async function signingSecrets(
  endpoint: ClaimedDelivery['endpoint'],
  now: Date,
  { database, keys, log }: Parts,
): Promise<Uint8Array[] | undefined> {
  const { tenantId: tenant, id, dataKeyId, sealedSecret, previousDataKeyId, previousSealedSecret } = endpoint
  if (dataKeyId === null || sealedSecret === null) return undefined
  const vault: TenantVault = { tenant, db: database.forTenant(tenant), keys }
  const current = await openSecret(vault, id, { dataKeyId, sealed: sealedSecret })
  if (!current.ok) {
    log.error({ endpointId: id, tenant, code: current.code }, 'the secret of a webhook endpoint cannot be read')
    return undefined
  }
  if (previousDataKeyId === null || previousSealedSecret === null || (endpoint.previousSecretUntil ?? now) <= now)
    return [current.value]
  const previous = await openSecret(vault, id, { dataKeyId: previousDataKeyId, sealed: previousSealedSecret })
  return previous.ok ? [current.value, previous.value] : [current.value]
}
