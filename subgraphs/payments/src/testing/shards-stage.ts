import { type FixedClock, fixedClock } from '@carriergraph/shared/clock.ts'
import type { Output } from '@carriergraph/shared/command/surroundings.ts'
import { type Database, openDatabase, type TenantDb } from '@carriergraph/shared/db/pools.ts'
import { type Id, newId } from '@carriergraph/shared/ids.ts'
import { type NewLedgerAccount, openLedgerAccount } from '@carriergraph/shared/ledger/accounts.ts'
import { type CROSSING_STEPS, crossAndDie } from '@carriergraph/shared/ledger/cross-and-die.ts'
import { inSlot, inSlotOf, shardOf } from '@carriergraph/shared/ledger/slot.ts'
import { collector } from '@carriergraph/shared/testing/collector.ts'
import { createTestDatabase } from '@carriergraph/shared/testing/database.ts'
import { expect } from 'vitest'
import { ledgerShards } from '../books/shards/ledger-shards.ts'
import { ledgerVerify } from '../books/verify/ledger-verify.ts'
import { silent } from './payments-database.ts'

/** A process that dies in `crossAndDie` decides at noon. */
export const NOON = new Date('2026-11-21T12:00:00.000Z')
export const LATER = new Date('2026-11-21T12:01:00.000Z')
/** A slot of each shard. */
export const [FIRST, SECOND] = [7, 519]

type Told = { readonly code: number; readonly stdout: string; readonly stderr: string }

export type ShardsStage = AsyncDisposable & {
  readonly urls: readonly string[]
  readonly databases: readonly Database[]
  /** It is a minute after noon, until somebody moves it. */
  readonly clock: FixedClock
  /** How long `pnpm ledger:shards` has waited, each time. */
  readonly waits_ms: readonly number[]
  /** `pnpm ledger:shards`, whose waiting moves the clock. */
  command(argv: readonly string[], urls?: readonly string[], stopped?: AbortSignal): Promise<Told>
  /** `pnpm ledger:verify` of one shard. */
  verify(url: string): Promise<Told>
  /** The tenant's connections to where an account is. */
  shard(id: Id<'led'>): TenantDb
  open(slot: number, account?: Partial<NewLedgerAccount>): Promise<Id<'led'>>
  /** A process sends 0.40 EUR from shard to shard, and is killed before that step. */
  crossAndDie(ends: { readonly payer: Id<'led'>; readonly payee: Id<'led'> }, before: CrossingStep): Promise<void>
}

type CrossingStep = (typeof CROSSING_STEPS)[number]

/** Two empty databases, and the commands that keep books in them. */
export async function setShardsStage(): Promise<ShardsStage> {
  const made = [await createTestDatabase({ name: 'empty' }), await createTestDatabase({ name: 'empty' })]
  const urls = made.map(({ url }) => url)
  const databases = urls.map((url) => openDatabase({ url, applicationName: 'test', log: silent }))
  const clock = fixedClock(LATER)
  const waits_ms: number[] = []
  const shard = (id: Id<'led'>) => (databases[shardOf(id, urls.length)] as Database).forTenant('demo')
  return {
    urls,
    databases,
    clock,
    waits_ms,
    shard,
    command: (argv, named = urls, stopped = new AbortController().signal) =>
      told((outputs) =>
        ledgerShards(argv, {
          ...outputs,
          env: { LEDGER_SHARDS: named.join('\n') },
          clock,
          log: silent,
          stopped,
          wait: async (time_ms) => {
            waits_ms.push(time_ms)
            clock.advance(time_ms)
          },
        }),
      ),
    verify: (url) => told((outputs) => ledgerVerify([], { ...outputs, env: { DATABASE_URL_PAYMENTS: url }, clock })),
    async open(slot, account = {}) {
      const id = inSlot(newId('led'), slot)
      const owned = { normalSide: 'CREDIT', floorMinor: null, ownerId: null, purpose: 'FX' } as const
      await openLedgerAccount(shard(id), { id, currency: 'EUR', createdAt: NOON, ...owned, ...account })
      return id
    },
    async crossAndDie({ payer, payee }, before) {
      const order = {
        kind: 'SINGLE',
        id: inSlotOf(newId('tfr'), payer),
        debitAccountId: payer,
        creditAccountId: payee,
        amountMinor: 40n,
        currency: 'EUR',
        reference: 'test',
      } as const
      expect(await crossAndDie({ databases: urls, order, before })).toBe('SIGKILL')
    },
    async [Symbol.asyncDispose]() {
      for (const database of databases) await database.close({ timeout_s: 1 })
      for (const database of made) await database.drop()
    },
  }
}

type Outputs = { readonly stdout: Output; readonly stderr: Output; readonly environmentFile: string }

async function told(run: (outputs: Outputs) => Promise<number>): Promise<Told> {
  const [stdout, stderr] = [collector(), collector()]
  const code = await run({ stdout: stdout.output, stderr: stderr.output, environmentFile: '/nowhere/environment.json' })
  return { code, stdout: stdout.text(), stderr: stderr.text() }
}
