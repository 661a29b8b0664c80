import { namedId } from '@carriergraph/shared/ids.ts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { loadDemo } from './demo.ts'
import { openPaymentsDatabase, type PaymentsDatabase } from './testing/payments-database.ts'
import { expectSoundLedger } from './testing/sound-ledger.ts'

const START = new Date('2026-11-21T09:00:00.000Z')
const CUSTOMERS = ['ada', 'bruno', 'chen', 'dana', 'elif']

let opened: PaymentsDatabase
beforeAll(async () => {
  opened = await openPaymentsDatabase()
})
afterAll(() => opened[Symbol.asyncDispose]())

it('gives each customer 5000.00 EUR from funding, once, also when loaded twice at the same time, and keeps what was paid', async () => {
  const { database } = opened
  await Promise.all([loadDemo(database.forTenant('demo'), START), loadDemo(database.forTenant('demo'), START)])
  const sql = database.sql.system
  const wallets = () => sql`
    select id::text, owner_id::text, currency, balance_minor, created_at::text from ledger_account
    where purpose = 'WALLET' and tenant_id = 'demo'`
  const first = await wallets()
  await loadDemo(database.forTenant('demo'), new Date(START.getTime() + 86_400_000))
  expect(await wallets()).toEqual(first)
  expect(first.map(({ balance_minor, currency }) => [balance_minor, currency])).toEqual(
    CUSTOMERS.map(() => [500_000n, 'EUR']),
  )
  const transfers = await sql`select reference, amount_minor, decided_at from ledger_transfer`
  expect([...transfers]).toEqual(
    CUSTOMERS.map(() => ({
      reference: 'opening deposit',
      amount_minor: 500_000n,
      decided_at: '2026-11-21 09:00:00+00',
    })),
  )
  const events = await sql`select aggregate_id, actor, correlation_id from journal where type = 'wallet.opened'`
  expect(new Set(events.map(({ aggregate_id }) => aggregate_id))).toEqual(
    new Set(CUSTOMERS.map((name) => namedId('led', `demo/${name}`))),
  )
  for (const { actor, correlation_id } of events) expect([actor, correlation_id]).toEqual(['svc:demo', 'demo'])
  const own = await sql`select purpose, balance_minor from ledger_account where owner_id is null order by purpose`
  expect([...own]).toEqual([
    { purpose: 'BILLING_CLEARING', balance_minor: 0n },
    { purpose: 'FUNDING', balance_minor: -2_500_000n },
  ])
  await expectSoundLedger(database)
})
