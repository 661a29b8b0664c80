import type { Id } from '@carriergraph/shared/ids.ts'
import { type Outcome, ok } from '@carriergraph/shared/outcome.ts'
import type { Fingerprint } from '../db/cards.ts'
import { type OpenDataKey, openDataKey, type TenantVault } from './data-keys.ts'
import type { SealFault } from './faults.ts'
import type { KeyProvider } from './keys/key-provider.ts'
import { seal, unseal } from './seal.ts'
import { SensitiveText } from './sensitive-text.ts'

/** A number that is moved to another card or tenant cannot be opened there: the token is authenticated with it. */
const contextOf = (tenant: string, cardId: Id<'card'>): string => `carriergraph card\n${tenant}\n${cardId}`

export function sealNumber(
  tenant: string,
  cardId: Id<'card'>,
  { key }: OpenDataKey,
  digits: SensitiveText,
): Uint8Array {
  const plaintext = Buffer.from(digits.reveal())
  const sealed = seal(key, plaintext, contextOf(tenant, cardId))
  plaintext.fill(0)
  return sealed
}

/** Opens a number with a key at hand. */
export function openNumber(
  tenant: string,
  cardId: Id<'card'>,
  { key }: OpenDataKey,
  sealed: Uint8Array,
): Outcome<SensitiveText, SealFault> {
  const opened = unseal(key, sealed, contextOf(tenant, cardId))
  if (!opened.ok) return opened
  const digits = new SensitiveText(opened.value.toString())
  opened.value.fill(0)
  return ok(digits)
}

/** Opens a number under whatever data key it names. */
export async function openStoredNumber(
  vault: TenantVault,
  cardId: Id<'card'>,
  { dataKeyId, sealed }: { readonly dataKeyId: Id<'vdk'>; readonly sealed: Uint8Array },
): Promise<Outcome<SensitiveText, SealFault>> {
  const opened = await openDataKey(vault, dataKeyId)
  return opened.ok ? openNumber(vault.tenant, cardId, opened.value, sealed) : opened
}

/** The fingerprint of an owner's card number under one lookup key. Owners are in it: nobody learns who shares a card. */
export async function fingerprintOf(
  { tenant, keys }: { readonly tenant: string; readonly keys: KeyProvider },
  ownerId: Id<'usr'>,
  digits: SensitiveText,
  lookupKeyId: string = keys.lookupKeyIds[0],
): Promise<Fingerprint> {
  const text = `carriergraph card number\n${tenant}\n${ownerId}\n${digits.reveal()}`
  return { lookupKeyId, fingerprint: await keys.mac(lookupKeyId, text) }
}
