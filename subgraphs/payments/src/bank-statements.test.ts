// Imported bank statements through the graph: the list, their lines, and who may see them.

import { countStatements } from '@carriergraph/shared/testing/statements.ts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { importStatement } from './reconciliation/import/import-statement.ts'
import { readStatement } from './statements/read-statement.ts'
import { camt, ntry, sourceOf } from './statements/statements.fixture.ts'
import { demoUser, operator, START } from './testing/payments-graph.ts'
import { DAY, type ReconciliationGraph, runReconciliations } from './testing/reconciliation-graph.ts'

let graph: ReconciliationGraph
beforeAll(async () => {
  graph = await runReconciliations()
})
afterAll(() => graph[Symbol.asyncDispose]())

const LIST = `query ($account: String, $first: Int, $after: Cursor, $lines: Int, $afterLine: Cursor) {
  bankStatements(account: $account, first: $first, after: $after) { pageInfo { hasNextPage endCursor } nodes {
    importId place account number sequence isNotification format currency openingBalance { amount currency }
    closingBalance { amount } closingOn entryCount lineCount importedAt importedBy
    lines(first: $lines, after: $afterLine) { pageInfo { hasNextPage endCursor } nodes { amount { amount } bookedOn } } } } }`
const list = async (variables: Record<string, unknown>) =>
  (await graph.ask(operator, LIST, variables)).data.bankStatements

it('a statement is listed with what the bank says of it, and its lines in their order', async () => {
  const content = camt({
    opening: '1000.00',
    closing: '1070.00',
    entries: [ntry('100.00', { sign: 'CRDT' }), ntry('30.00', { sign: 'DBIT' })],
    statement: 'S 7',
  })
  const file = await readStatement(sourceOf(content))
  if (!file.ok) throw new Error(file.message)
  const provenance = { actor: 'svc:test', correlationId: 'correlation-1', now: START }
  await importStatement(graph.database.forTenant('demo'), file.value, { provenance })
  const { nodes } = await list({ lines: 1 })
  expect(nodes).toEqual([
    {
      importId: expect.stringMatching(/^sti_/),
      place: 1,
      account: expect.any(String),
      number: 'S 7',
      sequence: expect.toBeOneOf([null, expect.any(String)]),
      isNotification: false,
      format: 'CAMT_053',
      currency: 'EUR',
      openingBalance: { amount: '1000.00', currency: 'EUR' },
      closingBalance: { amount: '1070.00' },
      closingOn: '2026-03-02',
      entryCount: 2,
      lineCount: 2,
      importedAt: START.toISOString(),
      importedBy: 'svc:test',
      lines: {
        pageInfo: { hasNextPage: true, endCursor: expect.any(String) },
        nodes: [{ amount: { amount: '100.00' }, bookedOn: '2026-03-02' }],
      },
    },
  ])
  const afterLine = nodes[0].lines.pageInfo.endCursor
  expect((await list({ lines: 1, afterLine })).nodes[0].lines).toMatchObject({
    pageInfo: { hasNextPage: false },
    nodes: [{ amount: { amount: '-30.00' } }],
  })
  expect((await list({ account: nodes[0].account })).nodes).toHaveLength(1)
})

it('pages begin with what came last, of one account or of all, and cost no more statements for more of them', async () => {
  const account = graph.newAccount()
  const at = (second: number) => new Date(START.getTime() + second * 1_000)
  for (const second of [1, 2, 3]) await graph.statement(account, [`A,${second}.00`, 'B,9.00'], at(second))
  await graph.statement(graph.newAccount(), ['C,1.00'], at(4))
  const first = await list({ account, first: 2 })
  const next = await list({ account, first: 2, after: first.pageInfo.endCursor })
  expect([first.pageInfo.hasNextPage, next.pageInfo.hasNextPage]).toEqual([true, false])
  type Shown = { lines: { nodes: { amount: { amount: string }; bookedOn: string }[] } }
  const amounts = [...first.nodes, ...next.nodes].map(({ lines }: Shown) =>
    lines.nodes.map((line) => line.amount.amount),
  )
  expect(amounts).toEqual([
    ['3.00', '9.00'],
    ['2.00', '9.00'],
    ['1.00', '9.00'],
  ])
  expect(first.nodes[0]).toMatchObject({ format: 'CSV', openingBalance: null, closingBalance: null, lineCount: 2 })
  expect(first.nodes[0].lines.nodes[0].bookedOn).toBe(DAY)
  const [newest] = (await list({ first: 1 })).nodes
  expect(newest.account).not.toBe(account)
  const cost = (count: number) => countStatements([graph.database.url], () => list({ account, first: count }))
  expect([await cost(1), await cost(3)]).toEqual([2, 2])
})

it('is for operators and services, of their own tenant', async () => {
  const SEE = '{ bankStatements { nodes { importId lines { nodes { id } } } } }'
  const customer = await graph.ask({ customer: demoUser('ada') }, SEE)
  expect(customer.data).toEqual({ bankStatements: null })
  expect(customer.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }])
  expect((await graph.ask({ operator: true, tenant: 'rival' }, SEE)).data).toEqual({ bankStatements: { nodes: [] } })
  expect((await graph.ask({ service: 'rails' }, SEE)).data.bankStatements.nodes.length).toBeGreaterThan(0)
})
