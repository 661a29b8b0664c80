// Settlement cycles as operators see them.

import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { newId } from '@carriergraph/shared/ids.ts'
import { setAccountStatus } from '@carriergraph/shared/ledger/accounts.ts'
import { countStatements } from '@carriergraph/shared/testing/statements.ts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { closeCycle, settleCycle } from './settlement/settle.ts'
import { FRIDAY, MONDAY, setSettlementStage } from './settlement/settlement.fixture.ts'
import { type PaymentsGraph, runPayments } from './testing/payments-graph.ts'

let graph: PaymentsGraph
beforeAll(async () => {
  graph = await runPayments()
  // Before the cut-off of what tests enter, so that nothing but they close it.
  graph.clock.set(FRIDAY)
})
afterAll(() => graph[Symbol.asyncDispose]())

const CYCLE = `query ($id: ID!) { settlementCycle(id: $id) {
  id rail currency day number cutOffAt settlementDate netting state openedAt changedAt
  positions { account { id purpose } pays { amount currency } receives { amount } fees { amount } net { amount } }
  totals { items gross { amount currency } net { amount } fees { amount } }
  refusal { code account { id } } } }`
const LIST = `query ($filter: SettlementCycleFilter, $first: Int, $after: Cursor) {
  settlementCycles(filter: $filter, first: $first, after: $after) {
    nodes { id state positions { account { id } } totals { items } } pageInfo { hasNextPage endCursor } } }`

type Stage = Awaited<ReturnType<typeof setSettlementStage>>

const stage = (more?: Parameters<typeof setSettlementStage>[1]) => setSettlementStage(graph.database, more)
const operatorOf = ({ tenant }: Stage) => ({ operator: true, tenant }) as const

async function cycleOf(set: Stage, id: string) {
  const { data, errors } = await graph.ask(operatorOf(set), CYCLE, { id })
  expect(errors).toBeUndefined()
  return data.settlementCycle
}

it('says of an open cycle what it would come to now, and of a closed one what it comes to', async () => {
  const set = await stage({ fees: { fixedMinor: 10n, basisPoints: 100, maxMinor: undefined } })
  const [ada, bob] = [await set.participant(1_000n), await set.participant(1_000n)]
  const id = await set.entered(ada, bob, 500n)
  await set.entered(bob, ada, 200n)
  const open = await cycleOf(set, id)
  const position = (account: string, pays: string, receives: string, fees: string, net: string) => ({
    account: { id: account, purpose: 'WALLET' },
    pays: { amount: pays, currency: 'EUR' },
    receives: { amount: receives },
    fees: { amount: fees },
    net: { amount: net },
  })
  const positions = [
    position(ada, '5.00', '2.00', '0.15', '-3.00'),
    position(bob, '2.00', '5.00', '0.12', '3.00'),
  ].toSorted((one, other) => (one.account.id < other.account.id ? -1 : 1))
  const totals = {
    items: 2,
    gross: { amount: '7.00', currency: 'EUR' },
    net: { amount: '3.00' },
    fees: { amount: '0.27' },
  }
  expect(open).toEqual({
    id,
    rail: 'SANDBOX',
    currency: 'EUR',
    day: '2026-11-20',
    number: 1,
    cutOffAt: '2026-11-20T15:00:00.000Z',
    settlementDate: '2026-11-23',
    netting: 'MULTILATERAL',
    state: 'OPEN',
    openedAt: FRIDAY.toISOString(),
    changedAt: FRIDAY.toISOString(),
    positions,
    totals,
    refusal: null,
  })
  set.clock.set(MONDAY)
  await closeCycle(set.options, id)
  const closed = { ...open, state: 'CLOSED', changedAt: MONDAY.toISOString() }
  expect(await cycleOf(set, id)).toEqual(closed)
  await settleCycle(set.options, id)
  expect(await cycleOf(set, id)).toEqual({ ...closed, state: 'SETTLED' })
})

it('says of two that are set off against each other what one of them pays', async () => {
  const set = await stage({ netting: 'BILATERAL' })
  const [ada, bob, eve] = [await set.participant(0n), await set.participant(0n), await set.participant(0n)]
  const id = await set.entered(ada, bob, 500n)
  await set.entered(bob, ada, 200n)
  await set.entered(bob, eve, 300n)
  expect(await cycleOf(set, id)).toMatchObject({
    netting: 'BILATERAL',
    totals: { items: 3, gross: { amount: '10.00' }, net: { amount: '6.00' }, fees: { amount: '0.00' } },
  })
})

it('says why the ledger refused a settlement, and the account of whom', async () => {
  const set = await stage()
  const { ada, cycle } = await set.closedCycle()
  await inTransaction(set.db, (tx) => setAccountStatus(tx, ada, 'FROZEN'))
  await settleCycle(set.options, cycle)
  expect(await cycleOf(set, cycle)).toMatchObject({
    state: 'CLOSED',
    refusal: { code: 'ACCOUNT_FROZEN', account: { id: ada } },
  })
})

it('lists cycles newest first, page by page, by rail, currency and state', async () => {
  const set = await stage()
  const [ada, bob] = [await set.participant(100n), await set.participant(0n)]
  const first = await set.entered(ada, bob, 1n)
  set.clock.set(new Date('2026-11-20T15:00:00Z'))
  const second = await set.entered(ada, bob, 2n)
  await closeCycle(set.options, first)
  const list = async (variables: object) => {
    const { data } = await graph.ask(operatorOf(set), LIST, { ...variables })
    return data.settlementCycles
  }
  const ids = async (filter: object) => (await list({ filter })).nodes.map(({ id }: { id: string }) => id)
  expect(await ids({})).toEqual([second, first])
  expect(await ids({ state: 'OPEN' })).toEqual([second])
  expect(await ids({ state: 'CLOSED', rail: 'SANDBOX', currency: 'EUR' })).toEqual([first])
  expect(await ids({ rail: 'ISO20022' })).toEqual([])
  expect(await ids({ currency: 'JPY' })).toEqual([])
  const page = await list({ first: 1 })
  expect(page).toMatchObject({ nodes: [{ id: second }], pageInfo: { hasNextPage: true } })
  const rest = await list({ first: 1, after: page.pageInfo.endCursor })
  expect(rest).toMatchObject({ nodes: [{ id: first }], pageInfo: { hasNextPage: false } })
})

it('takes as many statements for many cycles as for one', async () => {
  const set = await stage()
  for (let day = 20; day < 25; day += 1) {
    set.clock.set(new Date(`2026-11-${day}T15:00:00Z`))
    await set.entered(await set.participant(0n), await set.participant(0n), 5n)
  }
  const cost = (first: number) =>
    countStatements([graph.database.url], async () => {
      const { data } = await graph.ask(operatorOf(set), LIST, { first })
      expect(data.settlementCycles.nodes).toHaveLength(first)
    })
  expect(await cost(3)).toBe(await cost(1))
})

it('answers null for a cycle that is not there or is another tenant’s, and names what is malformed', async () => {
  const set = await stage()
  const { cycle } = await set.closedCycle()
  for (const [caller, id] of [
    [operatorOf(set), newId('cyc')],
    [{ operator: true, tenant: 'rival' }, cycle],
  ] as const)
    expect((await graph.ask(caller, CYCLE, { id })).data.settlementCycle).toBeNull()
  const codeOf = async (query: string, variables: object) =>
    (await graph.ask(operatorOf(set), query, { ...variables })).errors?.[0]?.extensions.code
  expect(await codeOf(CYCLE, { id: 'pay_x' })).toBe('INVALID_ID')
  expect(await codeOf(LIST, { filter: { currency: 'XXY' } })).toBe('UNKNOWN_CURRENCY')
})
