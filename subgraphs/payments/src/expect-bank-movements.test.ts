// What is expected of a bank, told through the graph.

import { afterAll, beforeAll, expect, it } from 'vitest'
import { operator } from './testing/payments-graph.ts'
import { EXPECT, movement, type ReconciliationGraph, runReconciliations } from './testing/reconciliation-graph.ts'

let graph: ReconciliationGraph
beforeAll(async () => {
  graph = await runReconciliations()
})
afterAll(() => graph[Symbol.asyncDispose]())

it('what is expected again under the same source is the same, and something else under it is refused', async () => {
  const account = graph.newAccount()
  const first = await graph.expectMovements(account, [movement('A', '5.00'), movement('A', '5.00')])
  const [a, b] = first.data.expectBankMovements.movements
  expect(a.id).toBe(b.id)
  const again = await graph.expectMovements(account, [movement('B', '1.00'), movement('A', '5.00')])
  expect(again.data.expectBankMovements.movements[1].id).toBe(a.id)
  const other = await graph.expectMovements(account, [movement('C', '1.00'), movement('A', '5.01')])
  expect(other.data.expectBankMovements).toEqual({
    movements: null,
    errors: [{ code: 'SOURCE_REUSED', message: expect.any(String), field: ['movements', '1', 'source'] }],
  })
  const differing = await graph.expectMovements(account, [movement('D', '1.00'), movement('D', '2.00')])
  expect(differing.data.expectBankMovements).toMatchObject({
    movements: null,
    errors: [{ code: 'SOURCE_REUSED', field: ['movements', '1', 'source'] }],
  })
  const [stored] = await graph.database.sql.system<{ count: number }[]>`
    select count(*)::int from expected_movement where account = ${account}`
  expect(stored?.count).toBe(2)
})

it('what is expected on an IBAN as it is printed meets the statements of the IBAN', async () => {
  const [account, printed] = ['NL91ABNA0417164300', 'nl91 abna 0417 1643 00']
  const { data } = await graph.expectMovements(printed, [movement('INV 1', '5.00')])
  expect(data.expectBankMovements.movements[0].account).toBe(account)
  await graph.statement(account, ['INV1,5.00'])
  const { run } = await graph.run(printed)
  expect(run).toMatchObject({ account, totals: [{ status: 'MATCHED', items: 1, lines: 1, expected: 1 }] })
})

it.each([
  [{ account: '' }, 'INVALID_VALUE', ['account']],
  [{ movements: [] }, 'INVALID_VALUE', ['movements']],
  [{ movements: Array(501).fill(movement('A', '1.00')) }, 'INVALID_VALUE', ['movements']],
  [{ movements: [movement('', '1.00')] }, 'INVALID_VALUE', ['movements', '0', 'source']],
  [{ movements: [movement('4111111111111111', '1.00')] }, 'INVALID_VALUE', ['movements', '0', 'source']],
  [{ movements: [movement('A', '1.00', { references: [''] })] }, 'INVALID_VALUE', ['movements', '0', 'references']],
  [
    { movements: [movement('A', '1.00', { counterpartyAccount: '' })] },
    'INVALID_VALUE',
    ['movements', '0', 'counterpartyAccount'],
  ],
  [
    { movements: [movement('A', '1.00'), movement('B', '0.00')] },
    'INVALID_MONEY',
    ['movements', '1', 'amount', 'amount'],
  ],
  [{ movements: [movement('A', '1.005')] }, 'INVALID_MONEY', ['movements', '0', 'amount', 'amount']],
  [{ movements: [movement('A', '1.00', { fee: '-0.01' })] }, 'INVALID_MONEY', ['movements', '0', 'fee']],
  [
    { movements: [{ ...movement('A', '1.00'), amount: { amount: '1.00', currency: 'XXX' } }] },
    'UNKNOWN_CURRENCY',
    ['movements', '0', 'amount', 'currency'],
  ],
])('of what is to be expected, %j is refused with %s', async (change, code, field) => {
  const input = { account: 'A', movements: [movement('A', '1.00')], ...change }
  const { data } = await graph.ask(operator, EXPECT, { input })
  expect(data.expectBankMovements).toEqual({ movements: null, errors: [{ code, message: expect.any(String), field }] })
})

it("a bank's reference that could be a card number is taken: those of Norway and Sweden have the same check digit", async () => {
  const expected = await graph.expectMovements(graph.newAccount(), [
    movement('KID', '5.00', { references: ['4111111111111111'], counterpartyAccount: '5500000000000004' }),
  ])
  expect(expected.data.expectBankMovements.errors).toEqual([])
})
