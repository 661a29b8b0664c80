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
