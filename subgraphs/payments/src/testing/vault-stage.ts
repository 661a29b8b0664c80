import { type FixedClock, fixedClock } from '@carriergraph/shared/clock.ts'
import { type Database, openDatabase } from '@carriergraph/shared/db/pools.ts'
import { type Id, newId, toUuid } from '@carriergraph/shared/ids.ts'
import type { Provenance } from '@carriergraph/shared/journal/provenance.ts'
import type { Outcome } from '@carriergraph/shared/outcome.ts'
import type { Card } from '../db/cards.ts'
import type { TenantVault } from '../vault/data-keys.ts'
import { newKeyRingText } from '../vault/keys/key-ring.ts'
import { keyProviderFrom } from '../vault/keys/key-source.ts'
import { parseRevealReason, type RevealReason } from '../vault/reveal-reason.ts'
import { testCard } from '../vault/test-cards.fixture.ts'
import { type CardVault, createCardVault } from '../vault/vault.ts'
import { createPaymentsTestDatabase, silent } from './payments-database.ts'

const NOW = new Date('2026-11-21T12:00:00.000Z')

/** A vault on a database of its own, at a noon that a test moves. */
export type VaultStage = AsyncDisposable & {
  readonly url: string
  readonly database: Database
  readonly clock: FixedClock
  /** The keys that it began with, as text. */
  readonly keyText: string
  /** The vault with these keys; with those that it began with unless others are given. */
  vault(keyText?: string): CardVault
  tenantVault(tenant?: string, keyText?: string): TenantVault
  provenance(actor?: string): Provenance
  add(digits: string, ownerId: Id<'usr'>, options?: { tenant?: string; vault?: CardVault }): Promise<Card>
  /** The whole number, or the code of the refusal. */
  reveal(
    cardId: Id<'card'>,
    options?: { tenant?: string; vault?: CardVault; actor?: string; seen?: Id<'usr'> },
  ): Promise<string>
  /** The data key that a card is under. */
  dataKeyOf(cardId: Id<'card'>): Promise<string>
}

export async function setVaultStage(): Promise<VaultStage> {
  const test = await createPaymentsTestDatabase()
  const database = openDatabase({ url: test.url, applicationName: 'vault-test', log: silent })
  const clock = fixedClock(NOW)
  const keyText = newKeyRingText()
  const keysOf = (text: string) => keyProviderFrom({ VAULT_KEY: text })
  const of = (tenant = 'demo') => ({ tenant, db: database.forTenant(tenant) })
  const vault = (text = keyText) => createCardVault({ keys: keysOf(text), log: silent })
  // A new actor each time, unless a test is about one.
  const provenance = (actor: string = newId('usr')) => ({ actor, correlationId: 'correlation-1', now: clock() })
  return {
    url: test.url,
    database,
    clock,
    keyText,
    vault,
    provenance,
    tenantVault: (tenant, text = keyText) => ({ ...of(tenant), keys: keysOf(text) }),
    async add(digits, ownerId, { tenant, vault: used = vault() } = {}) {
      const toAdd = { ownerId, number: testCard(digits), expiry: { month: 12, year: 2030 } }
      return accepted(await used.add(of(tenant), toAdd, provenance()))
    },
    async reveal(cardId, { tenant, vault: used = vault(), actor, seen = 'everybody' as const } = {}) {
      const revealed = await used.reveal(of(tenant), { cardId, reason: REASON, seen }, provenance(actor))
      return revealed.ok ? revealed.value.reveal() : revealed.code
    },
    async dataKeyOf(cardId) {
      const [row] = await database.sql.system<{ id: string }[]>`
        select data_key_id as id from card where id = ${toUuid(cardId)}`
      return row?.id ?? 'none'
    },
    async [Symbol.asyncDispose]() {
      await database.close({ timeout_s: 1 })
      await test.drop()
    },
  }
}

const accepted = <T>(outcome: Outcome<T, string>): T => {
  if (outcome.ok) return outcome.value
  throw new Error(outcome.code)
}

const REASON: RevealReason = accepted(parseRevealReason('dispute with the issuer'))
