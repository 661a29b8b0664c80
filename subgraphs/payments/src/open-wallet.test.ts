import { newId, toUuid } from '@carriergraph/shared/ids.ts'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { openWallet } from './flow/open-wallet.ts'
import { demoUser, operator, type PaymentsGraph, runPayments, START } from './testing/payments-graph.ts'

let graph: PaymentsGraph
beforeAll(async () => {
  graph = await runPayments()
})
afterAll(() => graph[Symbol.asyncDispose]())
beforeEach(() => graph.clock.set(START))

const OPEN = `mutation ($input: OpenWalletInput!) { openWallet(input: $input) {
  wallet { id purpose owner { id } balance { amount currency } createdAt } errors { code field }
} }`
const open = async (input: Record<string, unknown>) => (await graph.ask(operator, OPEN, { input })).data.openWallet

it('opens one wallet for a user and a currency, however often and at once it is asked', async () => {
  const ownerId = newId('usr')
  const answers = await Promise.all(Array.from({ length: 8 }, () => open({ ownerId, currency: 'JPY' })))
  expect(new Set(answers.map(({ wallet }) => wallet.id)).size).toBe(1)
  expect(answers[0]).toEqual({
    wallet: {
      id: expect.stringMatching(/^led_/),
      purpose: 'WALLET',
      owner: { id: ownerId },
      balance: { amount: '0', currency: 'JPY' },
      createdAt: START.toISOString(),
    },
    errors: [],
  })
  const opened = await graph.database.system.execute(
    sql`select 1 from journal where type = 'wallet.opened' and data ->> 'ownerId' = ${ownerId}`,
  )
  expect(opened).toHaveLength(1)
  const dollars = await open({ ownerId, currency: 'USD' })
  expect(dollars.wallet.id).not.toBe(answers[0].wallet.id)
  expect(await open({ ownerId, currency: 'USD' })).toEqual(dollars)
  expect(await open({ ownerId, currency: 'JPY' })).toEqual(answers[0])
})

it('fails for none of those that come at once with one id', async () => {
  const provenance = { actor: 'svc:demo', correlationId: 'test', now: START }
  for (let round = 0; round < 50; round += 1) {
    const wallet = { id: newId('led'), ownerId: newId('usr'), currency: 'EUR' as const }
    const openings = Array.from({ length: 4 }, () => openWallet(graph.database.forTenant('demo'), wallet, provenance))
    expect((await Promise.all(openings)).map(({ id }) => id)).toEqual(Array(4).fill(wallet.id))
  }
})

it('a wallet that was closed is not opened again: the next one has another id, whatever id is asked for', async () => {
  const provenance = { actor: 'svc:demo', correlationId: 'test', now: START }
  const db = graph.database.forTenant('demo')
  const wallet = { id: newId('led'), ownerId: newId('usr'), currency: 'EUR' as const }
  await openWallet(db, wallet, provenance)
  await graph.database.sql.forTenant('demo')`
    update ledger_account set status = 'CLOSED' where id = ${toUuid(wallet.id)}`
  const openings = Array.from({ length: 4 }, () => openWallet(db, wallet, provenance))
  const [next, ...others] = new Set((await Promise.all(openings)).map(({ id }) => id))
  expect([next === wallet.id, others]).toEqual([false, []])
})

it.each([
  ['an owner of another kind', { ownerId: newId('acc'), currency: 'EUR' }, 'INVALID_ID', ['ownerId']],
  ['a made-up currency', { ownerId: newId('usr'), currency: 'EUX' }, 'UNKNOWN_CURRENCY', ['currency']],
  ['a withdrawn currency', { ownerId: newId('usr'), currency: 'HRK' }, 'UNKNOWN_CURRENCY', ['currency']],
])('refuses %s', async (_, input, code, field) => {
  expect(await open(input)).toEqual({ wallet: null, errors: [{ code, field }] })
})

it('a currency counts by the day of the call: a wallet in kuna could be opened until 2022', async () => {
  graph.clock.set(new Date('2022-12-31T12:00:00.000Z'))
  expect(await open({ ownerId: newId('usr'), currency: 'HRK' })).toMatchObject({ errors: [] })
})

it('each currency has clearing and funding accounts of its own, opened with its first wallet', async () => {
  const ownerId = newId('usr')
  for (const currency of ['SEK', 'NOK']) await open({ ownerId, currency })
  const rows = await graph.database.forTenant('demo').execute(sql`
    select currency, purpose from ledger_account
    where owner_id is null and currency in ('SEK', 'NOK') order by currency, purpose`)
  expect(rows).toEqual(
    ['NOK', 'SEK'].flatMap((currency) => [
      { currency, purpose: 'BILLING_CLEARING' },
      { currency, purpose: 'FUNDING' },
    ]),
  )
})

it('is told to the journal by who opened it', async () => {
  const { wallet } = await open({ ownerId: newId('usr'), currency: 'EUR' })
  const rows = await graph.database.system.execute<{ actor: string }>(
    sql`select actor, correlation_id from journal where aggregate_id = ${wallet.id}`,
  )
  expect(rows).toEqual([
    { actor: expect.stringMatching(/^usr_/), correlation_id: expect.stringMatching(/^[\w-]{8,}$/) },
  ])
})

it('is for operators', async () => {
  const input = { ownerId: demoUser('ada'), currency: 'USD' }
  const { errors } = await graph.ask({ customer: demoUser('ada') }, OPEN, { input })
  expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }])
})
