import type { Id } from '@carriergraph/shared/ids.ts'
import { type Outcome, ok } from '@carriergraph/shared/outcome.ts'
import { findActiveDataKey } from '../db/vault-data-keys.ts'
import { findStaleSecrets, replaceSecrets, type StaleSecrets } from '../db/webhook-secrets.ts'
import { type OpenDataKey, openDataKey, type TenantVault } from '../vault/data-keys.ts'
import type { SealFault } from '../vault/faults.ts'
import { openSecret, sealSecret } from './secret.ts'

export type SecretsReencryption = {
  /** Endpoints with a secret that was under another key when it began. */
  readonly total: number
  readonly done: number
  readonly unreadable: readonly { readonly endpointId: Id<'whe'>; readonly code: SealFault }[]
}

/**
 * Puts the secrets of a tenant's webhook endpoints under the active data key. They are few, and each is replaced by itself
 * where it is as it was read: it may be killed at any point and run again, or twice at once, while secrets rotate. A secret
 * before a rotation whose overlap is over signs nothing any more, and is erased. An endpoint whose secret cannot be read
 * stays as it is and is told.
 */
export async function reencryptSecrets(
  vault: TenantVault,
  now: Date,
): Promise<Outcome<SecretsReencryption, SealFault>> {
  const active = await findActiveDataKey(vault.db)
  if (active === undefined) return ok({ total: 0, done: 0, unreadable: [] })
  const target = await openDataKey(vault, active.id)
  if (!target.ok) return target
  const stale = await findStaleSecrets(vault.db, active.id)
  const unreadable: { endpointId: Id<'whe'>; code: SealFault }[] = []
  let done = 0
  for (const before of stale) {
    const after = await sealedAgain(vault, before, target.value, now)
    if (!after.ok) unreadable.push({ endpointId: before.id, code: after.code })
    else if (await replaceSecrets(vault.db, before, after.value)) done += 1
  }
  return ok({ total: stale.length, done, unreadable })
}

async function sealedAgain(
  vault: TenantVault,
  { id, current, previous }: StaleSecrets,
  target: OpenDataKey,
  now: Date,
): Promise<Outcome<Pick<StaleSecrets, 'current' | 'previous'>, SealFault>> {
  const opened = await openSecret(vault, id, current)
  if (!opened.ok) return opened
  const renewed = sealSecret(vault.tenant, id, target, opened.value)
  if (previous === null || previous.until <= now) return ok({ current: renewed, previous: null })
  const before = await openSecret(vault, id, previous)
  if (!before.ok) return before
  return ok({
    current: renewed,
    previous: { ...sealSecret(vault.tenant, id, target, before.value), until: previous.until },
  })
}
