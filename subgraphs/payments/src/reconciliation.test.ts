// Reconciliation through the graph, as operators and services meet it.

import { newId } from '@carriergraph/shared/ids.ts'
import { countStatements } from '@carriergraph/shared/testing/statements.ts'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { importStatement } from './reconciliation/import/import-statement.ts'
import { readStatement } from './statements/read-statement.ts'
import { sourceOf } from './statements/statements.fixture.ts'
import { demoUser, operator, type PaymentsGraph, runPayments, START } from './testing/payments-graph.ts'

let graph: PaymentsGraph
beforeAll(async () => {
  graph = await runPayments()
})
afterAll(() => graph[Symbol.asyncDispose]())

const DAY = '2026-11-20'
let accounts = 0
const newAccount = () => {
  accounts += 1
  return `ACCOUNT-${accounts}`
}

/** Imports a statement of `reference,amount` lines of that day. */
async function statement(account: string, lines: readonly string[]): Promise<void> {
  const mapping = {
    account,
    currency: 'EUR',
    statementId: newId('evt'),
    columns: { bookingDate: 'day', endToEndId: 'reference', amount: 'amount' },
  }
  const content = ['day,reference,amount', ...lines.map((line) => `${DAY},${line}`), ''].join('\n')
  const file = await readStatement(sourceOf(content), { mapping })
  if (!file.ok) throw new Error(file.message)
  const provenance = { actor: 'svc:test', correlationId: 'correlation-1', now: START }
  await importStatement(graph.database.forTenant('demo'), file.value, { provenance })
}

const ERRORS = 'errors { code message field }'
const EXPECT = `mutation ($input: ExpectBankMovementsInput!) { expectBankMovements(input: $input) {
  movements { id account source references amount { amount currency } fee { amount } expectedOn counterpartyAccount }
  ${ERRORS} } }`
const RUN = `mutation ($account: String!, $day: Date!) { runReconciliation(input: { account: $account, day: $day }) {
  cases run { id account day revision totals { status items lines expected linesAmount { amount } expectedAmount { amount }
    fee { amount currency } difference { amount } } } ${ERRORS} } }`
const CASES = `query ($filter: ReconciliationCaseFilter, $first: Int, $after: Cursor) {
  reconciliationCases(filter: $filter, first: $first, after: $after) { pageInfo { hasNextPage endCursor } nodes {
    id account status rule state difference { amount currency } fee { amount } linesAmount { amount } expectedAmount { amount }
    explanation { rule summary inputs { name value } counterfactual } run { id day }
    lines { nodes { id account bookedOn valueOn amount { amount } charges { amount } isReversal references remittance } }
    expected { nodes { id source amount { amount } } }
    postings { kind transferId amount { amount currency } state refusal }
    resolution resolvedBy requestedBy reason } } }`

const movement = (source: string, amount: string, change: Record<string, unknown> = {}) => ({
  source,
  references: [source],
  amount: { amount, currency: 'EUR' },
  expectedOn: DAY,
  ...change,
})
const expectMovements = (
  account: string,
  movements: readonly object[],
  as: Parameters<PaymentsGraph['ask']>[0] = operator,
) => graph.ask(as, EXPECT, { input: { account, movements } })
const run = async (account: string) => (await graph.ask(operator, RUN, { account, day: DAY })).data.runReconciliation
const cases = async (filter: Record<string, unknown>) =>
  (await graph.ask(operator, CASES, { filter })).data.reconciliationCases.nodes
/** Waits until the ledger has decided all that the cases of an account came to. */
const posted = (account: string) =>
  vi.waitFor(
    async () => {
      const postings = (await cases({ account })).flatMap((item: { postings: { state: string }[] }) => item.postings)
      expect(new Set(postings.map(({ state }: { state: string }) => state))).toEqual(new Set(['POSTED']))
    },
    { timeout: 20_000, interval: 100 },
  )
const firstCase = async (account: string): Promise<string> => (await cases({ account }))[0].id

it('what is expected is held against a statement, and the report says what was found', async () => {
  const account = newAccount()
  const expected = await expectMovements(
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
  await statement(account, ['INV1,99.50', 'INV2,-9.00'])
  expect(await run(account)).toEqual({
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
  expect(await cases({ account })).toEqual([
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
  const account = newAccount()
  await statement(account, ['A,7.00'])
  await run(account)
  await posted(account)
  const [item] = await cases({ account })
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

it('runs and their items are read by id, as entities and page by page', async () => {
  const account = newAccount()
  await statement(account, ['A,1.00', 'B,2.00', 'C,3.00'])
  const { run: ran } = await run(account)
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
  const account = newAccount()
  await expectMovements(account, [movement('M', '5.00'), movement('GONE', '6.00', { expectedOn: '2026-11-01' })])
  await statement(account, ['M,5.00', 'X,1.00'])
  await run(account)
  const told = async (filter: Record<string, unknown>) =>
    (await cases({ account, ...filter })).map(({ status }: { status: string }) => status).sort()
  expect(await told({})).toEqual(['MISSING_EXTERNALLY', 'MISSING_INTERNALLY'])
  expect(await told({ status: 'MISSING_EXTERNALLY' })).toEqual(['MISSING_EXTERNALLY'])
  expect(await told({ state: 'RESOLVED' })).toEqual([])
  const cost = () => countStatements([graph.database.url], () => cases({ account }))
  await posted(account)
  await cost()
  const few = await cost()
  await statement(
    account,
    Array.from({ length: 15 }, (_, at) => `Y${at},${at + 10}.00`),
  )
  await run(account)
  await posted(account)
  expect(await cost()).toBe(few)
  expect(await cases({ account })).toHaveLength(17)
})

it('a case is matched by hand with what is awaited, or written off by two people', async () => {
  const account = newAccount()
  const { data } = await expectMovements(account, [movement('A', '5.00', { expectedOn: '2026-11-30' })])
  await statement(account, ['X,5.00', 'Y,2.00'])
  await run(account)
  const [second, first] = await cases({ account })
  const byAmount = [first, second].find(({ linesAmount }) => linesAmount.amount === '5.00')
  const other = [first, second].find(({ linesAmount }) => linesAmount.amount === '2.00')
  const MATCH = `mutation ($input: MatchByHandInput!) { matchByHand(input: $input) { item { state rule } ${ERRORS} } }`
  const input = { caseIds: [byAmount.id], expectedMovementIds: [data.expectBankMovements.movements[0].id] }
  expect((await graph.ask(operator, MATCH, { input })).data.matchByHand).toEqual({
    item: { state: 'SETTLED', rule: 'BY_HAND' },
    errors: [],
  })
  const [ada, bruno] = [newId('usr'), newId('usr')]
  const as = (subject: typeof ada) => ({ operator: true, subject }) as const
  const PAYLOAD = `{ case { state requestedBy resolvedBy resolution reason postings { kind } } ${ERRORS} }`
  const REQUEST = `mutation ($id: ID!, $reason: String!) { requestWriteOff(input: { caseId: $id, reason: $reason }) ${PAYLOAD} }`
  const APPROVE = `mutation ($id: ID!) { approveWriteOff(input: { caseId: $id }) ${PAYLOAD} }`
  const REJECT = `mutation ($id: ID!, $reason: String!) { rejectWriteOff(input: { caseId: $id, reason: $reason }) ${PAYLOAD} }`
  const variables = { id: other.id, reason: 'Too little to ask for.' }
  expect((await graph.ask(as(ada), REQUEST, variables)).data.requestWriteOff.case).toMatchObject({
    state: 'WRITE_OFF_REQUESTED',
    requestedBy: ada,
    reason: 'Too little to ask for.',
  })
  expect((await graph.ask(as(bruno), REJECT, variables)).data.rejectWriteOff.case).toMatchObject({
    state: 'OPEN',
    requestedBy: null,
  })
  await graph.ask(as(ada), REQUEST, variables)
  expect((await graph.ask(as(ada), APPROVE, variables)).data.approveWriteOff).toEqual({
    case: null,
    errors: [{ code: 'SAME_PERSON', message: expect.any(String), field: ['caseId'] }],
  })
  expect((await graph.ask(as(bruno), APPROVE, variables)).data.approveWriteOff).toEqual({
    case: {
      state: 'WRITTEN_OFF',
      requestedBy: ada,
      resolvedBy: bruno,
      resolution: 'WRITTEN_OFF',
      reason: 'Too little to ask for.',
      postings: [{ kind: 'SUSPENSE' }, { kind: 'WRITE_OFF' }],
    },
    errors: [],
  })
})

it('the safe cases resolve themselves when told to', async () => {
  const account = newAccount()
  await expectMovements(account, [movement('A', '5.00', { fee: '0.50' })])
  await statement(account, ['A,4.80'])
  await run(account)
  const AUTO = `mutation ($account: String!) { autoResolve(input: { account: $account }) {
    lateCounterparts feesWithinDeclared alreadyTold ${ERRORS} } }`
  expect((await graph.ask(operator, AUTO, { account })).data.autoResolve).toEqual({
    lateCounterparts: 0,
    feesWithinDeclared: 1,
    alreadyTold: 0,
    errors: [],
  })
  expect((await graph.ask(operator, AUTO, { account: 'NONE' })).data.autoResolve).toMatchObject({
    feesWithinDeclared: null,
    errors: [{ code: 'ACCOUNT_NOT_FOUND', field: ['account'] }],
  })
})

it('an alert is told as it happens, and can be resumed behind', async () => {
  const account = newAccount()
  const MISMATCH = `subscription ($account: String, $after: Cursor) { reconciliationMismatch(account: $account, after: $after) {
    cursor occurredAt cases run { account day totals { status } } } }`
  const live = await graph.live(operator)
  const stream = await live.open(MISMATCH, { account })
  await statement(account, ['A,1.00'])
  await run(account)
  const told = await stream.next()
  expect(told.value?.data.reconciliationMismatch).toEqual({
    cursor: expect.any(String),
    occurredAt: START.toISOString(),
    cases: 1,
    run: { account, day: DAY, totals: [{ status: 'MISSING_INTERNALLY' }] },
  })
  await stream.return?.()
  await statement(account, ['B,1.00', 'C,1.00'])
  await run(account)
  const after = told.value?.data.reconciliationMismatch.cursor
  const resumed = await live.open(MISMATCH, { account, after })
  expect((await resumed.next()).value?.data.reconciliationMismatch.cases).toBe(2)
  await resumed.return?.()
})

it('what is expected again under the same source is the same, and something else under it is refused', async () => {
  const account = newAccount()
  const first = await expectMovements(account, [movement('A', '5.00'), movement('A', '5.00')])
  const [a, b] = first.data.expectBankMovements.movements
  expect(a.id).toBe(b.id)
  const again = await expectMovements(account, [movement('B', '1.00'), movement('A', '5.00')])
  expect(again.data.expectBankMovements.movements[1].id).toBe(a.id)
  const other = await expectMovements(account, [movement('C', '1.00'), movement('A', '5.01')])
  expect(other.data.expectBankMovements).toEqual({
    movements: null,
    errors: [{ code: 'SOURCE_REUSED', message: expect.any(String), field: ['movements', '1', 'source'] }],
  })
  const [stored] = await graph.database.sql.system<{ count: number }[]>`
    select count(*)::int from expected_movement where account = ${account}`
  expect(stored?.count).toBe(2)
})

it.each([
  [{ account: '' }, 'INVALID_VALUE', ['account']],
  [{ movements: [] }, 'INVALID_VALUE', ['movements']],
  [{ movements: Array(501).fill(movement('A', '1.00')) }, 'INVALID_VALUE', ['movements']],
  [{ movements: [movement('', '1.00')] }, 'INVALID_VALUE', ['movements', '0', 'source']],
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

it('malformed ids and lists are refused with their place', async () => {
  const MATCH = `mutation ($input: MatchByHandInput!) { matchByHand(input: $input) { item { id } ${ERRORS} } }`
  const match = async (input: object) => (await graph.ask(operator, MATCH, { input })).data.matchByHand.errors
  expect(await match({ caseIds: [] })).toMatchObject([{ code: 'INVALID_VALUE', field: ['caseIds'] }])
  expect(await match({ caseIds: [newId('rci'), 'x'], expectedMovementIds: [newId('rci')] })).toMatchObject([
    { code: 'INVALID_ID', field: ['caseIds', '1'] },
    { code: 'INVALID_ID', field: ['expectedMovementIds', '0'] },
  ])
  const APPROVE = `mutation { approveWriteOff(input: { caseId: "x" }) { case { id } ${ERRORS} } }`
  expect((await graph.ask(operator, APPROVE)).data.approveWriteOff.errors).toMatchObject([
    { code: 'INVALID_ID', field: ['caseId'] },
  ])
  expect((await graph.ask(operator, RUN, { account: 'NONE', day: DAY })).data.runReconciliation).toMatchObject({
    run: null,
    cases: null,
    errors: [{ code: 'ACCOUNT_NOT_FOUND' }],
  })
})

it('is for operators: not for customers, not for another tenant, and only people write off', async () => {
  const account = newAccount()
  await statement(account, ['A,1.00'])
  const { run: ran } = await run(account)
  const id = await firstCase(account)
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
