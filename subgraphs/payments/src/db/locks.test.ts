// What waits for what: each test holds a row itself, so that nothing depends on who is faster.

import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { fromUuid, type Id, newId, toUuid } from '@carriergraph/shared/ids.ts'
import { lined, waitersOf } from '@carriergraph/shared/testing/lined.ts'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { settle } from '../flow/settle.ts'
import { type FlowStage, requestOf, setFlowStage } from '../testing/flow-stage.ts'
import { effectsOf, expectSoundLedger } from '../testing/sound-ledger.ts'
import { insertWallet } from './ledger-accounts.ts'
import { postTransfer } from './post-transfer.ts'

let stage: FlowStage
beforeAll(async () => {
  stage = await setFlowStage()
})
afterAll(() => stage[Symbol.asyncDispose]())

const db = () => stage.database.forTenant('demo')
const accountRow = (id: Id<'led'>) => sql`select 1 from ledger_account where id = ${toUuid(id)}`
const post = (sourceId: Id<'led'>, destinationId: Id<'led'>, amountMinor: bigint, first = sql`select 1`) =>
  inTransaction(db(), async (tx) => {
    await tx.execute(first)
    return postTransfer(tx, {
      id: newId('tfr'),
      sourceId,
      destinationId,
      amountMinor,
      currency: 'EUR',
      reference: 'test',
      postedAt: stage.now,
    })
  })

test('three transfers in line for a wallet each see what the one before left: two of 50 fit into 100', async () => {
  const [ada, bruno] = [await stage.purseWith(100n), await stage.purseWith(0n)]
  const outcomes = await lined(stage.database, accountRow(ada.walletId), () =>
    [1, 2, 3].map(() => post(ada.walletId, bruno.walletId, 50n)),
  )
  expect(outcomes.map((outcome) => (outcome.ok ? 'posted' : outcome.code)).sort()).toEqual([
    'INSUFFICIENT_FUNDS',
    'posted',
    'posted',
  ])
  expect([await stage.balanceOf(ada.walletId), await stage.balanceOf(bruno.walletId)]).toEqual([0n, 100n])
  await expectSoundLedger(stage.database)
})

test('a transfer locks in the order of ids: while it waits for the lower one, the higher one is free', async () => {
  const [low, high] = [newId('led'), newId('led')]
  // Stored the other way round, as a scan of the table would find them.
  for (const id of [high, low])
    await inTransaction(db(), (tx) =>
      insertWallet(tx, { id, ownerId: newId('usr'), currency: 'EUR', createdAt: stage.now }),
    )
  const { refused } = await db().transaction(async (tx) => {
    await tx.execute(sql`${accountRow(low)} for no key update`)
    // However the server finds them: a scan of the table meets the higher one first.
    const waiting = post(high, low, 1n, sql`set local enable_indexscan = off; set local enable_bitmapscan = off`)
    await waitersOf(stage.database, 1)
    await tx.execute(sql`${accountRow(high)} for no key update nowait`)
    return { refused: waiting }
  })
  expect(await refused).toMatchObject({ code: 'INSUFFICIENT_FUNDS' })
})

test('a transfer does not wait for a payment that is being taken on from the same wallet', async () => {
  const [ada, bruno] = [await stage.purseWith(100n), await stage.purseWith(0n)]
  const first = await db().transaction(async (tx) => {
    // What the foreign key of a new payment holds.
    await tx.execute(sql`${accountRow(ada.walletId)} for key share`)
    const posted = post(ada.walletId, bruno.walletId, 50n).then(() => 'posted')
    const waited = waitersOf(stage.database, 1).then(
      () => 'waited',
      () => 'posted',
    )
    return Promise.race([posted, waited])
  })
  expect(first).toBe('posted')
})

test('of three settlements in line for a payment the first decides, and the others answer with it', async () => {
  const purse = await stage.purseWith(5_000n)
  const dying = { assess: () => Promise.reject(new Error('died')) }
  await stage
    .flow({ client: dying })
    .create('demo', requestOf(purse, 'k'))
    .catch(() => undefined)
  const [row] = await stage.database.sql.system<{ id: string }[]>`
    select id from payment where source_account_id = ${toUuid(purse.walletId)}`
  const id = fromUuid('pay', row?.id ?? '')
  const decision = {
    source: 'RISK',
    explanation: { rule: 'r', summary: 's', inputs: [], counterfactual: 'c' },
  } as const
  const settled = await lined(stage.database, sql`select 1 from payment where id = ${toUuid(id)}`, () =>
    (['COMPLETED', 'REVIEW', 'COMPLETED'] as const).map((status) =>
      settle(db(), id, { status, decision }, stage.now, postTransfer),
    ),
  )
  expect(new Set(settled.map(({ status }) => status)).size).toBe(1)
  expect(settled.map(({ version }) => version)).toEqual([2, 2, 2])
  const isPaid = settled[0]?.status === 'COMPLETED'
  expect(await effectsOf(stage.database, id)).toEqual({
    transfers: isPaid ? 1 : 0,
    events: ['payment.created', isPaid ? 'payment.completed' : 'payment.held_for_review'],
  })
})
