import { randomBytes } from 'node:crypto'
import type { Id } from '@carriergraph/shared/ids.ts'
import type { Provenance } from '@carriergraph/shared/journal/provenance.ts'
import { type Outcome, ok } from '@carriergraph/shared/outcome.ts'
import type { SealedSecret } from '../db/webhook-endpoints.ts'
import { activeDataKey, type OpenDataKey, openDataKey, type TenantVault } from '../vault/data-keys.ts'
import type { SealFault } from '../vault/faults.ts'
import type { UnwrapFault } from '../vault/keys/key-provider.ts'
import { seal, unseal } from '../vault/seal.ts'
import { SensitiveText } from '../vault/sensitive-text.ts'
import { SECRET_PREFIX } from './signature.ts'

/** Standard Webhooks asks for 24 to 64 bytes; as many as HMAC-SHA-256 puts out. */
const SECRET_BYTES = 32

/** A secret for its receiver, and as it is stored. */
export type NewSecret = { readonly written: SensitiveText; readonly stored: SealedSecret }

/** Makes a secret and seals it for one endpoint. Not to be called in a transaction: a key service may have to be asked. */
export async function makeSecret(
  vault: TenantVault,
  endpointId: Id<'whe'>,
  provenance: Provenance,
): Promise<Outcome<NewSecret, UnwrapFault>> {
  const dataKey = await activeDataKey(vault, provenance)
  if (!dataKey.ok) return dataKey
  const bytes = randomBytes(SECRET_BYTES)
  const stored = sealSecret(vault.tenant, endpointId, dataKey.value, bytes)
  const written = new SensitiveText(`${SECRET_PREFIX}${bytes.toString('base64')}`)
  bytes.fill(0)
  return ok({ written, stored })
}

/** Bytes of a secret as they are stored, for one endpoint. */
export const sealSecret = (
  tenant: string,
  endpointId: Id<'whe'>,
  { id, key }: OpenDataKey,
  bytes: Uint8Array,
): SealedSecret => ({ dataKeyId: id, sealed: seal(key, bytes, contextOf(tenant, endpointId)) })

/** The bytes of a secret. Not to be called in a transaction either. */
export async function openSecret(
  vault: TenantVault,
  endpointId: Id<'whe'>,
  { dataKeyId, sealed }: SealedSecret,
): Promise<Outcome<Uint8Array, SealFault>> {
  const dataKey = await openDataKey(vault, dataKeyId)
  return dataKey.ok ? unseal(dataKey.value.key, sealed, contextOf(vault.tenant, endpointId)) : dataKey
}

/** A secret that is moved to another endpoint or tenant cannot be opened there. */
const contextOf = (tenant: string, id: Id<'whe'>): string => `carriergraph webhook secret\n${tenant}\n${id}`
