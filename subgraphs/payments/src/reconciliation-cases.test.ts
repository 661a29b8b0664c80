// What people do with the cases of reconciliation, through the graph.

import { newId } from '@carriergraph/shared/ids.ts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { operator } from './testing/payments-graph.ts'
import {
  DAY,
  ERRORS,
  movement,
  type ReconciliationGraph,
  RUN,
  runReconciliations,
} from './testing/reconciliation-graph.ts'

let graph: ReconciliationGraph
beforeAll(async () => {
  graph = await runReconciliations()
})
afterAll(() => graph[Symbol.asyncDispose]())

it('a case is matched by hand with what is awaited, or written off by two people', async () => {
  const account = graph.newAccount()
  const { data } = await graph.expectMovements(account, [movement('A', '5.00', { expectedOn: '2026-11-30' })])
  await graph.statement(account, ['X,5.00', 'Y,2.00'])
  await graph.run(account)
  const [second, first] = await graph.cases({ account })
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

it('one item is read by its id, matched ones as well, and is null where there is none', async () => {
  const account = graph.newAccount()
  await graph.expectMovements(account, [movement('A', '5.00')])
  await graph.statement(account, ['A,5.00', 'X,2.00'])
  await graph.run(account)
  const ITEM = `query ($id: ID!) { reconciliationItem(id: $id) { id state rule linesAmount { amount } run { items { nodes { id state } } } } }`
  const itemOf = async (id: string, caller: Parameters<typeof graph.ask>[0] = operator) =>
    (await graph.ask(caller, ITEM, { id })).data.reconciliationItem
  const open = await itemOf(await graph.firstCase(account))
  expect(open).toMatchObject({ state: 'OPEN', rule: 'NO_COUNTERPART', linesAmount: { amount: '2.00' } })
  const matched = open.run.items.nodes.find(({ state }: { state: string }) => state === 'SETTLED')
  expect(await itemOf(matched.id)).toMatchObject({ id: matched.id, rule: 'REFERENCE', linesAmount: { amount: '5.00' } })
  expect(await itemOf(newId('rci'))).toBeNull()
  expect(await itemOf(open.id, { operator: true, tenant: 'rival' })).toBeNull()
})

it('what the bank may only have told again is dismissed by two people', async () => {
  const account = graph.newAccount()
  await graph.expectMovements(account, [movement('A', '5.00')])
  for (const _ of ['once', 'again']) await graph.statement(account, ['A,5.00'])
  await graph.run(account)
  const [ada, bruno] = [newId('usr'), newId('usr')]
  const variables = { id: await graph.firstCase(account), reason: 'The export of the day was sent twice.' }
  const dismissal = async (step: 'request' | 'approve' | 'reject', subject: typeof ada) => {
    const [given, reason] = step === 'approve' ? ['', ''] : [', $reason: String!', ', reason: $reason']
    const document = `mutation ($id: ID!${given}) { ${step}Dismissal(input: { caseId: $id${reason} }) {
      case { status rule state requestedBy resolvedBy resolution reason postings { kind amount { amount } } } ${ERRORS} } }`
    return (await graph.ask({ operator: true, subject }, document, variables)).data[`${step}Dismissal`]
  }
  const refused = (code: string) => ({
    case: null,
    errors: [{ code, message: expect.any(String), field: ['caseId'] }],
  })
  expect(await dismissal('approve', bruno)).toEqual(refused('DISMISSAL_NOT_REQUESTED'))
  const requested = { state: 'DISMISSAL_REQUESTED', requestedBy: ada, reason: variables.reason, resolution: null }
  expect(await dismissal('request', ada)).toMatchObject({ case: requested, errors: [] })
  expect(await graph.cases({ account, state: 'DISMISSAL_REQUESTED' })).toHaveLength(1)
  expect(await dismissal('reject', bruno)).toMatchObject({ case: { state: 'OPEN', requestedBy: null }, errors: [] })
  await dismissal('request', ada)
  expect(await dismissal('approve', ada)).toEqual(refused('SAME_PERSON'))
  expect(await dismissal('approve', bruno)).toEqual({
    case: {
      status: 'DUPLICATE',
      rule: 'REPEATED_LINE',
      state: 'RESOLVED',
      requestedBy: ada,
      resolvedBy: bruno,
      resolution: 'DISMISSED',
      reason: variables.reason,
      // Decided in the same moment here, so by their names.
      postings: [
        { kind: 'RELEASE', amount: { amount: '-5.00' } },
        { kind: 'SUSPENSE', amount: { amount: '5.00' } },
      ],
    },
    errors: [],
  })
  await graph.posted(account)
})

it('the safe cases resolve themselves when told to', async () => {
  const account = graph.newAccount()
  await graph.expectMovements(account, [movement('A', '5.00', { fee: '0.50' })])
  await graph.statement(account, ['A,4.80'])
  await graph.run(account)
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

it('malformed ids and lists are refused with their place', async () => {
  const MATCH = `mutation ($input: MatchByHandInput!) { matchByHand(input: $input) { item { id } ${ERRORS} } }`
  const match = async (input: object) => (await graph.ask(operator, MATCH, { input })).data.matchByHand.errors
  expect(await match({ caseIds: [] })).toMatchObject([{ code: 'INVALID_VALUE', field: ['caseIds'] }])
  expect(await match({ caseIds: [newId('rci'), 'x'], expectedMovementIds: [newId('rci')] })).toMatchObject([
    { code: 'INVALID_ID', field: ['caseIds', '1'] },
    { code: 'INVALID_ID', field: ['expectedMovementIds', '0'] },
  ])
  for (const step of ['approveWriteOff', 'approveDismissal']) {
    const approve = `mutation { ${step}(input: { caseId: "x" }) { case { id } ${ERRORS} } }`
    expect((await graph.ask(operator, approve)).data[step].errors).toMatchObject([
      { code: 'INVALID_ID', field: ['caseId'] },
    ])
  }
  expect((await graph.ask(operator, RUN, { account: 'NONE', day: DAY })).data.runReconciliation).toMatchObject({
    run: null,
    cases: null,
    errors: [{ code: 'ACCOUNT_NOT_FOUND' }],
  })
})
