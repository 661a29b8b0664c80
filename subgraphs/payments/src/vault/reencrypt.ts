import { violatesUnique } from '@carriergraph/shared/db/sql-error.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import { type Outcome, ok } from '@carriergraph/shared/outcome.ts'
import { findCardByFingerprint, type SealedNumber } from '../db/cards.ts'
import {
  countStaleCards,
  findStaleCards,
  type KeysInUse,
  lockUnchanged,
  replaceSealedNumber,
  type StaleCard,
} from '../db/stale-cards.ts'
import { findActiveDataKey } from '../db/vault-data-keys.ts'
import { type OpenDataKey, openDataKey, type TenantVault } from './data-keys.ts'
import type { SealFault } from './faults.ts'
import { fingerprintOf, openNumber, sealNumber } from './sealed-number.ts'

/** Cards of one transaction: rows stay locked for milliseconds, and a kill costs that much work. */
export const REENCRYPT_BATCH_MAX = 1_000

export type UnreadableCard = { readonly cardId: Id<'card'>; readonly code: SealFault }

/** Two cards of one owner with the same number, which was added to the one and the other by processes with other lookup keys. */
export type CardAddedTwice = { readonly cardId: Id<'card'>; readonly sameAs: Id<'card'> | undefined }

export type Reencryption = {
  /** Cards that were under other keys when it began. */
  readonly total: number
  readonly done: number
  readonly unreadable: readonly UnreadableCard[]
  /** Their numbers are under the active data key, and still found by an older lookup key: the one in use finds the other. */
  readonly addedTwice: readonly CardAddedTwice[]
}

export type ReencryptOptions = {
  readonly batchSize: number
  /** Told after each batch, once it is durable. */
  readonly onProgress: (so_far: Reencryption) => void
  /** Aborted when it shall end behind the batch in hand. */
  readonly signal?: AbortSignal | undefined
}

/**
 * Puts the card numbers of a tenant under the active data key and the lookup key in use. What is left to do is what the
 * rows themselves say, so that it may be killed at any point and run again, or twice at once. A card that cannot be read
 * stays as it is and is told, and so is the lookup key of a card that its owner has twice.
 */
export async function reencryptCards(
  vault: TenantVault,
  { batchSize, onProgress, signal }: ReencryptOptions,
): Promise<Outcome<Reencryption, SealFault>> {
  const { db, keys } = vault
  const active = await findActiveDataKey(db)
  if (active === undefined) return ok({ total: 0, done: 0, unreadable: [], addedTwice: [] })
  const target = await openDataKey(vault, active.id)
  if (!target.ok) return target
  const inUse: KeysInUse = { dataKeyId: active.id, lookupKeyId: keys.lookupKeyIds[0] }
  const openKey = rememberedKeys(vault)
  const total = await countStaleCards(db, inUse)
  const unreadable = new Map<Id<'card'>, SealFault>()
  const addedTwice = new Map<Id<'card'>, Id<'card'> | undefined>()
  let done = 0
  const soFar = (): Reencryption => ({
    total,
    done,
    unreadable: [...unreadable].map(([cardId, code]) => ({ cardId, code })),
    addedTwice: [...addedTwice].map(([cardId, sameAs]) => ({ cardId, sameAs })),
  })
  const limit = Math.min(batchSize, REENCRYPT_BATCH_MAX)
  let after: Id<'card'> | undefined
  let doneBefore = 0
  while (!signal?.aborted) {
    const batch = await findStaleCards(db, inUse, { after, limit })
    if (batch.length === 0) {
      // Once more from the start: a card that was added under the old key meanwhile may stand before the last one.
      if (done === doneBefore) break
      doneBefore = done
      after = undefined
      continue
    }
    const renewed = new Map<Id<'card'>, SealedNumber>()
    for (const stale of batch) {
      const again = await sealedAgain(vault, stale, target.value, openKey)
      if (again.ok) renewed.set(stale.id, again.value)
      else unreadable.set(stale.id, again.code)
    }
    const stored = await store(vault, batch, renewed)
    done += stored.done
    for (const { cardId, sameAs } of stored.addedTwice) addedTwice.set(cardId, sameAs)
    after = batch.at(-1)?.id
    onProgress(soFar())
  }
  return ok(soFar())
}

type KeyById = (id: Id<'vdk'>) => ReturnType<typeof openDataKey>

/** Each data key is unwrapped once in a run: a key service counts its calls. */
function rememberedKeys(vault: TenantVault): KeyById {
  const known = new Map<Id<'vdk'>, ReturnType<typeof openDataKey>>()
  return (id) => {
    const opened = known.get(id) ?? openDataKey(vault, id)
    known.set(id, opened)
    return opened
  }
}

async function sealedAgain(
  vault: TenantVault,
  { id, ownerId, dataKeyId, sealed, fingerprint }: StaleCard,
  target: OpenDataKey,
  openKey: KeyById,
): Promise<Outcome<SealedNumber, SealFault>> {
  const key = await openKey(dataKeyId)
  if (!key.ok) return key
  const digits = openNumber(vault.tenant, id, key.value, sealed)
  if (!digits.ok) return digits
  const isLookedUpByTheKeyInUse = fingerprint.lookupKeyId === vault.keys.lookupKeyIds[0]
  return ok({
    dataKeyId: target.id,
    sealed: sealNumber(vault.tenant, id, target, digits.value),
    fingerprint: isLookedUpByTheKeyInUse ? fingerprint : await fingerprintOf(vault, ownerId, digits.value),
  })
}

type Stored = Pick<Reencryption, 'done' | 'addedTwice'>

async function store(
  vault: TenantVault,
  batch: readonly StaleCard[],
  renewed: ReadonlyMap<Id<'card'>, SealedNumber>,
): Promise<Stored> {
  try {
    return { done: await replace(vault, batch, renewed), addedTwice: [] }
  } catch (error) {
    if (!isAnothersFingerprint(error)) throw error
  }
  // One of them is, and the others go on: each by itself.
  let done = 0
  const addedTwice: CardAddedTwice[] = []
  for (const stale of batch) {
    const number = renewed.get(stale.id)
    if (number === undefined) continue
    const stored = await storeOne(vault, stale, number)
    done += stored.done
    addedTwice.push(...stored.addedTwice)
  }
  return { done, addedTwice }
}

async function storeOne(vault: TenantVault, stale: StaleCard, number: SealedNumber): Promise<Stored> {
  try {
    return { done: await replace(vault, [stale], new Map([[stale.id, number]])), addedTwice: [] }
  } catch (error) {
    if (!isAnothersFingerprint(error)) throw error
  }
  const { id, ownerId, fingerprint } = stale
  await replace(vault, [stale], new Map([[id, { ...number, fingerprint }]]))
  const same = await findCardByFingerprint(vault.db, ownerId, [number.fingerprint])
  return { done: 0, addedTwice: [{ cardId: id, sameAs: same?.id }] }
}

const isAnothersFingerprint = (error: unknown): boolean => violatesUnique(error, 'card_once_for_each_owner')

/** @returns how many it changed; the others were removed, or changed by somebody else, since they were read */
const replace = (
  { db }: TenantVault,
  batch: readonly StaleCard[],
  renewed: ReadonlyMap<Id<'card'>, SealedNumber>,
): Promise<number> =>
  inTransaction(db, async (tx) => {
    const unchanged = await lockUnchanged(
      tx,
      batch.filter(({ id }) => renewed.has(id)),
    )
    for (const [id, number] of renewed) if (unchanged.has(id)) await replaceSealedNumber(tx, id, number)
    return unchanged.size
  })
