// Reconciliation through the graph: reports, cases and alerts, and who may see them.

import { countStatements } from '@carriergraph/shared/testing/statements.ts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { demoUser, operator, START } from './testing/payments-graph.ts'
import { DAY, ERRORS, movement, type ReconciliationGraph, runReconciliations } from './testing/reconciliation-graph.ts'

let graph: ReconciliationGraph
beforeAll(async () => {
  graph = await runReconciliations()
})
afterAll(() => graph[Symbol.asyncDispose]())

it('what is expected is held against a statement, and the report says what was found', async () => {
  const account = graph.newAccount()
  const expected = await graph.expectMovements(
    account,
    [movement('INV 1', '100.00', { fee: '0.50', counterpartyAccount: 'DE02' }), movement('INV 2', '-7.5')],
    { service: 'rails' },
  )
  expect(expected.data.expectBankMovements).toEqual({
    movements: [
      {
        id: expect.stringMatching(/^exm_/),
        account,
        source: 'INV 1',
        references: ['INV1'],
        amount: { amount: '100.00', currency: 'EUR' },
        fee: { amount: '0.50' },
        expectedOn: DAY,
        counterpartyAccount: 'DE02',
      },
      expect.objectContaining({ amount: { amount: '-7.50', currency: 'EUR' }, counterpartyAccount: null }),
    ],
    errors: [],
  })
  await graph.statement(account, ['INV1,99.50', 'INV2,-9.00'])
  expect(await graph.run(account)).toEqual({
    cases: 1,
    run: {
      id: expect.stringMatching(/^rcr_/),
      account,
      day: DAY,
      revision: 1,
      totals: [
        {
          status: 'AMOUNT_MISMATCH',
          items: 1,
          lines: 1,
          expected: 1,
          linesAmount: { amount: '-9.00' },
          expectedAmount: { amount: '-7.50' },
          fee: { amount: '0.00', currency: 'EUR' },
          difference: { amount: '-1.50' },
        },
        expect.objectContaining({ status: 'MATCHED', fee: { amount: '0.50', currency: 'EUR' } }),
      ],
    },
    errors: [],
  })
  expect(await graph.cases({ account })).toEqual([
    {
      id: expect.stringMatching(/^rci_/),
      account,
      status: 'AMOUNT_MISMATCH',
      rule: 'REFERENCE',
      state: 'OPEN',
      difference: { amount: '-1.50', currency: 'EUR' },
      fee: { amount: '0.00' },
      linesAmount: { amount: '-9.00' },
      expectedAmount: { amount: '-7.50' },
      explanation: expect.objectContaining({
        rule: 'reconciliation.reference',
        inputs: expect.arrayContaining([{ name: 'difference', value: '-1.50 EUR' }]),
      }),
      run: { id: expect.any(String), day: DAY },
      lines: {
        nodes: [
          expect.objectContaining({ account, bookedOn: DAY, valueOn: null, isReversal: false, references: ['INV2'] }),
        ],
      },
      expected: { nodes: [expect.objectContaining({ source: 'INV 2' })] },
      postings: [
        {
          kind: 'SUSPENSE',
          transferId: expect.stringMatching(/^tfr_/),
          amount: { amount: '-1.50', currency: 'EUR' },
          state: expect.stringMatching(/^(PENDING|POSTED)$/),
          refusal: null,
        },
      ],
      resolution: null,
      resolvedBy: null,
      requestedBy: null,
      reason: null,
    },
  ])
})

it('what a case differs by is moved in the books from the bank account to suspense', async () => {
  const account = graph.newAccount()
  await graph.statement(account, ['A,7.00'])
  await graph.run(account)
  await graph.posted(account)
  const [item] = await graph.cases({ account })
  const MOVED = `query ($id: ID!) { transfer(id: $id) { reference amount { amount currency } refusal
    debitAccount { purpose owner { id } } creditAccount { purpose owner { id } } } }`
  expect((await graph.ask(operator, MOVED, { id: item.postings[0].transferId })).data.transfer).toEqual({
    reference: item.id,
    amount: { amount: '7.00', currency: 'EUR' },
    refusal: null,
    debitAccount: { purpose: 'FUNDING', owner: null },
    creditAccount: { purpose: 'SUSPENSE', owner: null },
  })
})

it('an account whose name no database can hold is refused as such, wherever it is given', async () => {
  const account = 'DE02\u0000'
  const refused = [{ code: 'INVALID_VALUE', message: expect.any(String), field: ['account'] }]
  expect(await graph.run(account)).toMatchObject({ run: null, errors: refused })
  const AUTO = `mutation ($account: String!) { autoResolve(input: { account: $account }) { lateCounterparts ${ERRORS} } }`
  expect((await graph.ask(operator, AUTO, { account })).data.autoResolve).toEqual({
    lateCounterparts: null,
    errors: refused,
  })
  for (const [list, field] of [
    ['reconciliationRuns(account: $account)', ['account']],
    ['reconciliationCases(filter: { account: $account })', ['filter', 'account']],
    ['bankStatements(account: $account)', ['account']],
  ] as const) {
    const { errors } = await graph.ask(operator, `query ($account: String!) { ${list} { nodes { __typename } } }`, {
      account,
    })
    expect(errors?.map(({ extensions }) => extensions)).toEqual([
      expect.objectContaining({ code: 'BAD_USER_INPUT', field }),
    ])
  }
})

it('runs and their items are read by id, as entities and page by page', async () => {
  const account = graph.newAccount()
  await graph.statement(account, ['A,1.00', 'B,2.00', 'C,3.00'])
  const { run: ran } = await graph.run(account)
  const ITEMS = `query ($id: ID!, $refs: [_Any!]!, $after: Cursor) {
    reconciliationRun(id: $id) { id completedAt items(first: 2, after: $after) { nodes { id linesAmount { amount } }
      pageInfo { hasNextPage endCursor } } }
    _entities(representations: $refs) { ... on ReconciliationRun { account } } }`
  const variables = { id: ran.id, refs: [{ __typename: 'ReconciliationRun', id: ran.id }] }
  const first = (await graph.ask(operator, ITEMS, variables)).data
  expect(first._entities).toEqual([{ account }])
  const { pageInfo, nodes } = first.reconciliationRun.items
  expect([nodes.length, pageInfo.hasNextPage]).toEqual([2, true])
  const next = (await graph.ask(operator, ITEMS, { ...variables, after: pageInfo.endCursor })).data.reconciliationRun
    .items
  expect([...nodes, ...next.nodes].map(({ linesAmount }) => linesAmount.amount).sort()).toEqual([
    '1.00',
    '2.00',
    '3.00',
  ])
  const item = { __typename: 'ReconciliationItem', id: nodes[0].id }
  const entity = 'query ($refs: [_Any!]!) { _entities(representations: $refs) { ... on ReconciliationItem { state } } }'
  expect((await graph.ask(operator, entity, { refs: [item] })).data._entities).toEqual([{ state: 'OPEN' }])
  const RUNS = `query ($account: String, $first: Int, $after: Cursor) { reconciliationRuns(account: $account, first: $first, after: $after) {
    nodes { id account } pageInfo { hasNextPage endCursor } } }`
  expect((await graph.ask(operator, RUNS, { account })).data.reconciliationRuns.nodes).toEqual([
    { id: ran.id, account },
  ])
  const all = (await graph.ask(operator, RUNS, { first: 1 })).data.reconciliationRuns
  const older = (await graph.ask(operator, RUNS, { first: 1, after: all.pageInfo.endCursor })).data.reconciliationRuns
  expect(all.nodes[0].id > older.nodes[0].id).toBe(true)
})

it('cases are filtered, without what was matched, and cost no more statements for more of them', async () => {
  const account = graph.newAccount()
  await graph.expectMovements(account, [movement('M', '5.00'), movement('GONE', '6.00', { expectedOn: '2026-11-01' })])
  await graph.statement(account, ['M,5.00', 'X,1.00'])
  await graph.run(account)
  const told = async (filter: Record<string, unknown>) =>
    (await graph.cases({ account, ...filter })).map(({ status }: { status: string }) => status).sort()
  expect(await told({})).toEqual(['MISSING_EXTERNALLY', 'MISSING_INTERNALLY'])
  expect(await told({ status: 'MISSING_EXTERNALLY' })).toEqual(['MISSING_EXTERNALLY'])
  expect(await told({ state: 'RESOLVED' })).toEqual([])
  const cost = () => countStatements([graph.database.url], () => graph.cases({ account }))
  await graph.posted(account)
  await cost()
  const few = await cost()
  await graph.statement(
    account,
    Array.from({ length: 15 }, (_, at) => `Y${at},${at + 10}.00`),
  )
  await graph.run(account)
  await graph.posted(account)
  expect(await cost()).toBe(few)
  expect(await graph.cases({ account })).toHaveLength(17)
})

it('an alert is told as it happens, and can be resumed behind', async () => {
  const account = graph.newAccount()
  const MISMATCH = `subscription ($account: String, $after: Cursor) { reconciliationMismatch(account: $account, after: $after) {
    cursor occurredAt cases run { account day totals { status } } } }`
  const live = await graph.live(operator)
  const stream = await live.open(MISMATCH, { account })
  await graph.statement(account, ['A,1.00'])
  await graph.run(account)
  const told = await stream.next()
  expect(told.value?.data.reconciliationMismatch).toEqual({
    cursor: expect.any(String),
    occurredAt: START.toISOString(),
    cases: 1,
    run: { account, day: DAY, totals: [{ status: 'MISSING_INTERNALLY' }] },
  })
  await stream.return?.()
  await graph.statement(account, ['B,1.00', 'C,1.00'])
  await graph.run(account)
  const after = told.value?.data.reconciliationMismatch.cursor
  const resumed = await live.open(MISMATCH, { account, after })
  expect((await resumed.next()).value?.data.reconciliationMismatch.cases).toBe(2)
  await resumed.return?.()
})

it('is for operators: not for customers, not for another tenant, and only people write off', async () => {
  const account = graph.newAccount()
  await graph.statement(account, ['A,1.00'])
  const { run: ran } = await graph.run(account)
  const id = await graph.firstCase(account)
  const SEE = `{ reconciliationRun(id: "${ran.id}") { id } reconciliationRuns { nodes { id } } reconciliationCases { nodes { id } } }`
  const customer = await graph.ask({ customer: demoUser('ada') }, SEE)
  expect(customer.data).toEqual({ reconciliationRun: null, reconciliationRuns: null, reconciliationCases: null })
  expect(customer.errors).toMatchObject(Array(3).fill({ extensions: { code: 'FORBIDDEN' } }))
  expect((await graph.ask({ operator: true, tenant: 'rival' }, SEE)).data).toEqual({
    reconciliationRun: null,
    reconciliationRuns: { nodes: [] },
    reconciliationCases: { nodes: [] },
  })
  const CHANGE = `mutation { runReconciliation(input: { account: "${account}", day: "${DAY}" }) { cases }
    autoResolve(input: { account: "${account}" }) { alreadyTold } matchByHand(input: { caseIds: ["${id}"] }) { item { id } }
    requestWriteOff(input: { caseId: "${id}", reason: "x" }) { case { id } } approveWriteOff(input: { caseId: "${id}" }) { case { id } }
    rejectWriteOff(input: { caseId: "${id}", reason: "x" }) { case { id } }
    expectBankMovements(input: { account: "A", movements: [] }) { movements { id } } }`
  for (const who of [{ customer: demoUser('ada') }, { operator: true, scopes: 'payments:read' } as const, null])
    expect(Object.values((await graph.ask(who, CHANGE)).data)).toEqual(Array(7).fill(null))
  const service = (await graph.ask({ service: 'robot' }, CHANGE)).data
  expect(service).toMatchObject({
    requestWriteOff: null,
    approveWriteOff: null,
    expectBankMovements: { movements: null },
  })
  const live = await graph.live({ customer: demoUser('ada') })
  const refused = await (await live.open('subscription { reconciliationMismatch { cursor } }')).next()
  expect(refused.value?.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }])
})
