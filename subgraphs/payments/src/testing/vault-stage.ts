import { type FixedClock, fixedClock } from '@carriergraph/shared/clock.ts'
import { type Database, openDatabase } from '@carriergraph/shared/db/pools.ts'
import { type Id, newId, toUuid } from '@carriergraph/shared/ids.ts'
import type { Provenance } from '@carriergraph/shared/journal/provenance.ts'
import type { Outcome } from '@carriergraph/shared/outcome.ts'
import { collector } from '@carriergraph/shared/testing/collector.ts'
import type { Card } from '../db/cards.ts'
import { vaultKeys } from '../vault/command/vault-keys.ts'
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
  /** So many cards of one number, each of another owner. */
  cards(count: number, tenant?: string): Promise<Id<'card'>[]>
  /** The data key that a card is under. */
  dataKeyOf(cardId: Id<'card'>): Promise<string>
  /** `pnpm vault:keys`, with the keys that the stage began with unless others are given. */
  command(
    argv: readonly string[],
    keyText?: string,
    signal?: AbortSignal,
  ): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }>
}

/** A number of a card for tests. */
export const VISA = '4111111111111111'

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
  const add: VaultStage['add'] = async (digits, ownerId, { tenant, vault: used = vault() } = {}) => {
    const toAdd = { ownerId, number: testCard(digits), expiry: { month: 12, year: 2030 } }
    return accepted(await used.add(of(tenant), toAdd, provenance()))
  }
  return {
    url: test.url,
    database,
    clock,
    keyText,
    vault,
    provenance,
    tenantVault: (tenant, text = keyText) => ({ ...of(tenant), keys: keysOf(text) }),
    add,
    async cards(count, tenant = 'demo') {
      const ids: Id<'card'>[] = []
      for (let at = 0; at < count; at += 1) ids.push((await add(VISA, newId('usr'), { tenant })).id)
      return ids
    },
    async command(argv, text = keyText, signal) {
      const [stdout, stderr] = [collector(), collector()]
      const code = await vaultKeys(argv, {
        env: { DATABASE_URL_PAYMENTS: test.url, VAULT_KEY: text },
        environmentFile: '/nowhere/environment.json',
        stdout: stdout.output,
        stderr: stderr.output,
        clock,
        ...(signal && { signal }),
      })
      return { code, stdout: stdout.text(), stderr: stderr.text() }
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
