// What people do with money that was not applied, through the graph.

import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { newId } from '@carriergraph/shared/ids.ts'
import { money } from '@carriergraph/shared/money/money.ts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { UnappliedMoney } from './domain/unapplied.ts'
import { recordUnapplied } from './flow/unapplied.ts'
import type { Purse } from './testing/payments-database.ts'
import { operator, ownerOf, type PaymentsGraph, runPayments, START } from './testing/payments-graph.ts'

let graph: PaymentsGraph
beforeAll(async () => {
  graph = await runPayments()
})
afterAll(() => graph[Symbol.asyncDispose]())

const FIELDS = `{ id state resolution amount { amount currency } returned { amount } owner { id } account { id } wallet { id }
  refund { id } requestedBy requestReason approvedBy refusal resolvedAt reason place }`
const PAYLOAD = `{ unapplied ${FIELDS} errors { code message field } }`
const REQUEST = `mutation ($input: RequestUnappliedResolutionInput!) { requestUnappliedResolution(input: $input) ${PAYLOAD} }`
const APPROVE = `mutation ($id: ID!) { approveUnappliedResolution(input: { id: $id }) ${PAYLOAD} }`
const REJECT = `mutation ($id: ID!) { rejectUnappliedResolution(input: { id: $id, reason: "Not yet." }) ${PAYLOAD} }`
const LIST = `query ($state: UnappliedMoneyState, $after: Cursor) {
  unappliedMoney(first: 1, after: $after, filter: { state: $state }) {
    nodes { id state } pageInfo { hasNextPage endCursor } } }`

const as = (subject: ReturnType<typeof newId<'usr'>>) => ({ operator: true, subject }) as const
const [ada, bruno] = [as(newId('usr')), as(newId('usr'))]

const recorded = ({ userId, walletId }: Purse, change: Partial<UnappliedMoney> = {}) =>
  inTransaction(graph.database.forTenant('demo'), (tx) =>
    recordUnapplied(
      tx,
      {
        reference: newId('rem'),
        ownerId: userId,
        accountId: walletId,
        amount: money(1_250n, 'EUR'),
        direction: 'IN',
        place: 'SUSPENSE',
        reason: 'ACCOUNT_CLOSED',
        correlationId: 'c',
        ...change,
      },
      START,
    ),
  )

it('goes into a wallet of its owner when one person asks for it and another one approves', async () => {
  const purse = await graph.purseWith(0n)
  const id = await recorded(purse)
  const input = { id, resolution: 'WALLET', reason: 'The wallet is open again.' }
  const { data } = await graph.ask(ada, REQUEST, { input })
  expect(data.requestUnappliedResolution).toEqual({
    unapplied: {
      id,
      state: 'RESOLUTION_REQUESTED',
      resolution: 'WALLET',
      amount: { amount: '12.50', currency: 'EUR' },
      returned: { amount: '0.00' },
      owner: { id: purse.userId },
      account: { id: purse.walletId },
      wallet: { id: purse.walletId },
      refund: null,
      requestedBy: ada.subject,
      requestReason: 'The wallet is open again.',
      approvedBy: null,
      refusal: null,
      resolvedAt: null,
      reason: 'ACCOUNT_CLOSED',
      place: 'SUSPENSE',
    },
    errors: [],
  })
  expect((await graph.ask(ada, APPROVE, { id })).data.approveUnappliedResolution).toEqual({
    unapplied: null,
    errors: [{ code: 'SAME_PERSON', message: expect.any(String), field: ['id'] }],
  })
  for (const _ of [1, 2])
    expect((await graph.ask(bruno, APPROVE, { id })).data.approveUnappliedResolution).toMatchObject({
      unapplied: { state: 'RESOLVED', approvedBy: bruno.subject, resolvedAt: START.toISOString() },
      errors: [],
    })
  const wallet = 'query ($id: ID!) { ledgerAccount(id: $id) { balance { amount } } }'
  expect((await graph.ask(ownerOf(purse), wallet, { id: purse.walletId })).data.ledgerAccount.balance.amount).toBe(
    '12.50',
  )
})

it('says why the ledger did not follow, and may be turned down', async () => {
  const purse = await graph.purseWith(1_000n)
  const id = await recorded(purse, { direction: 'OUT', reason: 'INSUFFICIENT_FUNDS' })
  const input = { id, resolution: 'WALLET', walletId: purse.walletId, reason: 'They have it again.' }
  await graph.ask(ada, REQUEST, { input })
  expect((await graph.ask(bruno, APPROVE, { id })).data.approveUnappliedResolution).toMatchObject({
    unapplied: { state: 'OPEN', refusal: 'INSUFFICIENT_FUNDS', wallet: null },
    errors: [],
  })
  await graph.ask(ada, REQUEST, { input: { id, resolution: 'WRITTEN_OFF', reason: 'They have gone.' } })
  expect((await graph.ask(bruno, REJECT, { id })).data.rejectUnappliedResolution).toMatchObject({
    unapplied: { state: 'OPEN', requestedBy: null, refusal: null },
    errors: [],
  })
})

it('is listed by its state, page by page', async () => {
  const purse = await graph.purseWith(0n)
  const ids = [await recorded(purse), await recorded(purse)]
  await graph.ask(ada, REQUEST, { input: { id: ids[0], resolution: 'WRITTEN_OFF', reason: 'Too little.' } })
  const asked = await graph.ask(operator, LIST, { state: 'RESOLUTION_REQUESTED' })
  expect(asked.data.unappliedMoney).toMatchObject({ nodes: [{ id: ids[0] }], pageInfo: { hasNextPage: false } })
  const open: string[] = []
  for (let after: string | null = null; ; ) {
    const page: Awaited<ReturnType<typeof graph.ask>> = await graph.ask(operator, LIST, { state: 'OPEN', after })
    const { nodes, pageInfo } = page.data.unappliedMoney
    open.push(...nodes.map(({ id }: { id: string }) => id))
    if (!pageInfo.hasNextPage) break
    after = pageInfo.endCursor
  }
  expect(open).toContain(ids[1])
  expect(open).not.toContain(ids[0])
  const all = await graph.ask(operator, LIST, {})
  expect(all.data.unappliedMoney.pageInfo.hasNextPage).toBe(true)
})

it('malformed input is refused with its place, and a wallet of nobody’s too', async () => {
  const id = await recorded(await graph.purseWith(0n))
  const other = await graph.purseWith(0n)
  const request = async (change: object) => {
    const input = { id, resolution: 'WALLET', reason: 'Why not.', ...change }
    return (await graph.ask(ada, REQUEST, { input })).data.requestUnappliedResolution.errors
  }
  expect(await request({ id: 'x' })).toMatchObject([{ code: 'INVALID_ID', field: ['id'] }])
  expect(await request({ walletId: 'x' })).toMatchObject([{ code: 'INVALID_ID', field: ['walletId'] }])
  const named = { resolution: 'WRITTEN_OFF', walletId: other.walletId }
  expect(await request(named)).toMatchObject([{ code: 'INVALID_VALUE', field: ['walletId'] }])
  expect(await request({ walletId: other.walletId })).toMatchObject([{ code: 'ACCOUNT_MISMATCH', field: ['walletId'] }])
  expect(await request({ resolution: 'SENT_BACK' })).toMatchObject([{ code: 'CANNOT_BE_SENT_BACK' }])
  expect(await request({ reason: '' })).toMatchObject([{ code: 'INVALID_REASON', field: ['reason'] }])
  expect((await graph.ask(ada, APPROVE, { id })).data.approveUnappliedResolution.errors).toMatchObject([
    { code: 'RESOLUTION_NOT_REQUESTED', field: ['id'] },
  ])
})

it('is read by its id, looked at by somebody or not, and is null where there is none', async () => {
  const id = await recorded(await graph.purseWith(0n))
  const CASE = 'query ($id: ID!) { unappliedMoneyCase(id: $id) { id state amount { amount } account { id } } }'
  const caseOf = async (wanted: string, caller: Parameters<typeof graph.ask>[0] = operator) =>
    (await graph.ask(caller, CASE, { id: wanted })).data.unappliedMoneyCase
  expect(await caseOf(id)).toMatchObject({ id, state: 'OPEN', amount: { amount: '12.50' } })
  const input = { id, resolution: 'WALLET', reason: 'The wallet is open again.' }
  await graph.ask(ada, REQUEST, { input })
  expect(await caseOf(id)).toMatchObject({ id, state: 'RESOLUTION_REQUESTED' })
  expect(await caseOf(newId('uam'))).toBeNull()
  expect(await caseOf(id, { operator: true, tenant: 'rival' })).toBeNull()
})
