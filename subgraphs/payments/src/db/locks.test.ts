// What waits for what: each test holds a row itself, so that nothing depends on who is faster.

import { fromUuid, type Id, newId, toUuid } from '@carriergraph/shared/ids.ts'
import { lined, waitersOf } from '@carriergraph/shared/testing/lined.ts'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { authorise } from '../flow/settle.ts'
import { type FlowStage, requestOf, setFlowStage } from '../testing/flow-stage.ts'
import { effectsOf } from '../testing/sound-ledger.ts'

let stage: FlowStage
beforeAll(async () => {
  stage = await setFlowStage()
})
afterAll(() => stage[Symbol.asyncDispose]())

const db = () => stage.database.forTenant('demo')
const accountRow = (id: Id<'led'>) => sql`select 1 from ledger_account where id = ${toUuid(id)}`
const post = (debitAccountId: Id<'led'>, creditAccountId: Id<'led'>, amountMinor: bigint) =>
  stage.ledgers.of(stage.books).post({
    kind: 'SINGLE',
    id: newId('tfr'),
    debitAccountId,
    creditAccountId,
    amountMinor,
    currency: 'EUR',
    reference: 'test',
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

test('of three verdicts in line for a payment the first decides, and the others answer with it', async () => {
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
  const decided = await lined(stage.database, sql`select 1 from payment where id = ${toUuid(id)}`, () =>
    (['AUTHORISED', 'REVIEW', 'AUTHORISED'] as const).map((status) =>
      authorise(db(), { id, originalId: null }, { status, decision }, stage.now),
    ),
  )
  expect(new Set(decided.map(({ status }) => status)).size).toBe(1)
  expect(decided.map(({ version }) => version)).toEqual([2, 2, 2])
  const event = decided[0]?.status === 'AUTHORISED' ? 'payment.authorised' : 'payment.held_for_review'
  expect(await effectsOf(stage.database, id)).toEqual({ transfers: 0, events: ['payment.created', event] })
})
