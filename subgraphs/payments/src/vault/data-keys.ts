import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto'
import type { TenantDb, Tx } from '@carriergraph/shared/db/pools.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { type Id, newId } from '@carriergraph/shared/ids.ts'
import { appendToJournal } from '@carriergraph/shared/journal/append.ts'
import type { Provenance } from '@carriergraph/shared/journal/provenance.ts'
import { type Outcome, ok, refuse } from '@carriergraph/shared/outcome.ts'
import {
  type DataKey,
  findActiveDataKey,
  findDataKey,
  findDataKeysNotUnder,
  insertActiveDataKey,
  replaceWrapping,
  retireActiveDataKey,
} from '../db/vault-data-keys.ts'
import { eventOf } from '../events.ts'
import { SEAL_FAULTS } from './faults.ts'
import type { KeyProvider, UnwrapFault } from './keys/key-provider.ts'
import { KEY_BYTES } from './keys/key-ring.ts'

/** Whose keys: the tenant by name, because what is encrypted is bound to it, and its rows. */
export type TenantVault = { readonly tenant: string; readonly db: TenantDb; readonly keys: KeyProvider }

/** A data key, ready for use. */
export type OpenDataKey = { readonly id: Id<'vdk'>; readonly key: KeyObject }

/** The key that new cards are sealed with; the tenant's first one is made here. */
export async function activeDataKey(
  vault: TenantVault,
  provenance: Provenance,
): Promise<Outcome<OpenDataKey, UnwrapFault>> {
  const known = await findActiveDataKey(vault.db)
  if (known !== undefined) return unwrapped(vault, known)
  const made = await makeDataKey(vault, provenance.now)
  await inTransaction(vault.db, (tx) => activate(tx, made, provenance))
  const active = await findActiveDataKey(vault.db)
  if (active === undefined) throw new Error('The active data key is gone.')
  return unwrapped(vault, active)
}

/** The key of an id that a card names. */
export async function openDataKey(
  vault: TenantVault,
  id: Id<'vdk'>,
): Promise<Outcome<OpenDataKey, UnwrapFault | 'DATA_KEY_MISSING'>> {
  const stored = await findDataKey(vault.db, id)
  if (stored === undefined) return refuse('DATA_KEY_MISSING', SEAL_FAULTS.DATA_KEY_MISSING)
  return unwrapped(vault, stored)
}

/**
 * Retires the active data key and puts a new one in its place. Cards stay under the old one until they are re-encrypted.
 * Refused where the active one cannot be unwrapped: by keys that are not the service's, it would be given a data key that
 * it cannot use.
 * @param force where the wrapping key of the active one is lost
 */
export async function rotateDataKey(
  vault: TenantVault,
  provenance: Provenance,
  { force }: { readonly force: boolean },
): Promise<Outcome<Id<'vdk'>, UnwrapFault>> {
  const before = force ? undefined : await findActiveDataKey(vault.db)
  const opened = before && (await unwrapped(vault, before))
  if (opened?.ok === false) return opened
  const made = await makeDataKey(vault, provenance.now)
  await inTransaction(vault.db, async (tx) => {
    await retireActiveDataKey(tx, provenance.now)
    await activate(tx, made, provenance)
  })
  return ok(made.id)
}

/** Whether a data key can be unwrapped by the keys that are given, and if not, why. */
export async function unwrapFaultOf(
  { tenant, keys }: Pick<TenantVault, 'tenant' | 'keys'>,
  stored: DataKey,
): Promise<UnwrapFault | undefined> {
  const opened = await keys.unwrap(stored, contextOf(tenant, stored.id))
  return opened.ok ? undefined : opened.code
}

/** What was done to the data keys that were under another wrapping key. */
export type Rewrapping = {
  readonly rewrapped: number
  readonly refused: readonly { readonly dataKeyId: Id<'vdk'>; readonly code: UnwrapFault }[]
}

/**
 * Puts every data key under the wrapping key in use. One statement each: killed at any point it has lost nothing, and the
 * next run goes on with those that are left.
 */
export async function rewrapDataKeys(vault: TenantVault): Promise<Rewrapping> {
  const { db, keys } = vault
  const refused: { dataKeyId: Id<'vdk'>; code: UnwrapFault }[] = []
  let rewrapped = 0
  for (const stored of await findDataKeysNotUnder(db, keys.wrappingKeyId)) {
    const opened = await unwrapped(vault, stored)
    if (!opened.ok) {
      refused.push({ dataKeyId: stored.id, code: opened.code })
      continue
    }
    const wrapped = await keys.wrap(opened.value.key, contextOf(vault.tenant, stored.id))
    if (await replaceWrapping(db, stored, { id: stored.id, ...wrapped })) rewrapped += 1
  }
  return { rewrapped, refused }
}

async function makeDataKey({ tenant, keys }: TenantVault, now: Date): Promise<DataKey> {
  const id = newId('vdk', now)
  const bytes = randomBytes(KEY_BYTES)
  const key = createSecretKey(bytes)
  bytes.fill(0)
  return { id, ...(await keys.wrap(key, contextOf(tenant, id))) }
}

async function activate(tx: Tx, key: DataKey, { now, ...by }: Provenance): Promise<void> {
  if (!(await insertActiveDataKey(tx, key, now))) return
  await appendToJournal(tx, {
    aggregate: { type: 'data_key', id: key.id },
    version: 1,
    ...eventOf('data_key.made', { dataKeyId: key.id, wrappingKeyId: key.wrappingKeyId, madeAt: now.toISOString() }),
    ...by,
    occurredAt: now,
  })
}

async function unwrapped({ tenant, keys }: TenantVault, stored: DataKey): Promise<Outcome<OpenDataKey, UnwrapFault>> {
  const opened = await keys.unwrap(stored, contextOf(tenant, stored.id))
  return opened.ok ? ok({ id: stored.id, key: opened.value }) : opened
}

/** A wrapped key that is moved to another tenant or row cannot be unwrapped there. */
const contextOf = (tenant: string, id: Id<'vdk'>): string => `carriergraph data key\n${tenant}\n${id}`
