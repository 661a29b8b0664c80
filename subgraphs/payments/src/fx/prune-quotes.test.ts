import { type FixedClock, fixedClock } from '@carriergraph/shared/clock.ts'
import type { TenantDb } from '@carriergraph/shared/db/pools.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { newId, toUuid } from '@carriergraph/shared/ids.ts'
import { Decimal } from '@carriergraph/shared/money/decimal.ts'
import { money } from '@carriergraph/shared/money/money.ts'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { findFxQuotes } from '../db/fx-quotes.ts'
import { openPaymentsDatabase, type PaymentsDatabase, silent } from '../testing/payments-database.ts'
import { createQuote, QUOTE_LOCK_MS } from './create-quote.ts'
import { readRates } from './file/read-rates.ts'
import { importRates } from './import/import-rates.ts'
import { createQuotePruning, PRUNED_AT_ONCE, UNUSED_QUOTE_DAYS } from './prune-quotes.ts'
import { takeQuote } from './take-quote.ts'

const NOON = new Date('2026-11-21T12:00:00.000Z')
const KEPT_MS = UNUSED_QUOTE_DAYS * 86_400_000

let payments: PaymentsDatabase
let db: TenantDb
let clock: FixedClock
let pruning: ReturnType<typeof createQuotePruning>
beforeEach(async () => {
  payments = await openPaymentsDatabase()
  clock = fixedClock(NOON)
  for (const tenant of ['demo', 'rival']) {
    const file = readRates('Date,USD\n2026-11-20,1.1684\n', '2026-11-21')
    if (!file.ok) throw new Error('The file is faulty.')
    const toImport = { file, digest: 'none', takesCorrections: false, mayJump: [] }
    const provenance = { actor: 'svc:test', correlationId: 'correlation-1', now: NOON }
    await importRates(payments.database.forTenant(tenant), toImport, provenance)
  }
  db = payments.database.forTenant('demo')
  pruning = createQuotePruning({ database: payments.database, clock, log: silent })
})
afterEach(() => payments[Symbol.asyncDispose]())

const request = (idempotencyKey: string) => ({
  requestedBy: 'svc:test',
  idempotencyKey,
  ownerId: null,
  source: 'EUR' as const,
  target: 'USD' as const,
  wanted: { debited: money(10_000n, 'EUR') },
})
const PRICES = { spread_bps: 50, fee_bps: 20, fixedFeeEur: new Decimal(1) }
async function quoted(idempotencyKey: string, of = db) {
  const quote = await createQuote(of, request(idempotencyKey), PRICES, clock())
  if (!quote.ok) throw new Error(quote.code)
  return quote.value
}
const isThere = async (id: `fxq_${string}`, of = db) => (await findFxQuotes(of, [id])).length === 1

it('forgets quotes of every tenant that nobody used, a week after they expired and no sooner', async () => {
  const [mine, theirs] = [await quoted('k'), await quoted('k', payments.database.forTenant('rival'))]
  clock.advance(QUOTE_LOCK_MS + KEPT_MS)
  expect(await pruning.runOnce()).toBe(0)
  expect((await quoted('k')).id).toBe(mine.id)
  clock.advance(1)
  expect(await pruning.runOnce()).toBe(2)
  expect(await isThere(mine.id)).toBe(false)
  expect(await isThere(theirs.id, payments.database.forTenant('rival'))).toBe(false)
})

it('keeps quotes that were used, however old', async () => {
  const { id } = await quoted('k')
  await inTransaction(db, (tx) => takeQuote(tx, { id, ownerId: null, usedFor: newId('pay') }, clock()))
  clock.advance(10 * KEPT_MS)
  expect(await pruning.runOnce()).toBe(0)
  expect(await isThere(id)).toBe(true)
})

it('takes the eldest first, a thousand at once, and the running worker all of them', async () => {
  const eldest = await quoted('eldest')
  clock.advance(1)
  const { id } = await quoted('copied')
  await payments.database.sql.forTenant('demo')`
    insert into fx_quote
    select (jsonb_populate_record(q, jsonb_build_object('id', gen_random_uuid(), 'idempotency_key', 'copy ' || n))).*
    from fx_quote q, generate_series(1, ${PRUNED_AT_ONCE}::int) n where q.id = ${toUuid(id)}`
  clock.advance(10 * KEPT_MS)
  expect(await pruning.runOnce()).toBe(PRUNED_AT_ONCE)
  expect(await isThere(eldest.id)).toBe(false)
  pruning.start()
  const left = async () => [...(await payments.database.sql.system`select count(*)::int as count from fx_quote`)]
  await expect.poll(left, { timeout: 20_000, interval: 20 }).toEqual([{ count: 0 }])
  await pruning.stop()
})
