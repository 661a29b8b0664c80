// What the database refuses by itself, whatever the code believes.

import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { type Id, newId, toUuid } from '@carriergraph/shared/ids.ts'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type FlowStage, requestOf, setFlowStage } from '../testing/flow-stage.ts'

let stage: FlowStage
beforeAll(async () => {
  stage = await setFlowStage()
})
afterAll(() => stage[Symbol.asyncDispose]())

const db = () => stage.database.forTenant('demo')

test.each([
  'update ledger_transfer set amount_minor = 1',
  'delete from ledger_transfer',
  'truncate ledger_transfer cascade',
  'delete from ledger_account',
  'truncate ledger_account cascade',
  "update ledger_account set owner_id = 'usr_thief'",
  "update ledger_account set currency = 'USD'",
  "update ledger_account set normal_side = 'DEBIT'",
  "update ledger_account set purpose = 'FEE_INCOME'",
  'update ledger_account set id = gen_random_uuid()',
  "update ledger_account set tenant_id = 'rival'",
  "update payment_transition set status = 'COMPLETED'",
  'delete from payment_transition',
  'truncate payment_transition',
  "update payment_request set request_hash = ''",
  'delete from payment_request',
  'truncate payment_request',
])('refuses: %s', async (statement) => {
  const purse = await stage.purseWith(1_000n)
  await stage.flow().create('demo', requestOf(purse, 'k', 1_000n))
  await expect(db().execute(sql.raw(statement))).rejects.toMatchObject({
    cause: { message: expect.stringContaining('append-only') },
  })
})

test.each([
  ["update payment set status = 'COMPLETED', completed_at = null", 'payment_completed_when'],
  ["update payment set status = 'REVIEW', completed_at = now()", 'payment_completed_when'],
  ['update payment set amount_minor = 0', 'payment_above_zero'],
  ["update payment set status = 'FAILED', completed_at = null", 'payment_failed_why'],
  ["update payment set status = 'RISK_PENDING', completed_at = null", 'payment_decided'],
  [
    "insert into payment_request (requested_by, idempotency_key, request_hash, requested_at) values ('x', 'y', '', now())",
    'payment_request_one_answer',
  ],
])('refuses by a check: %s', async (statement, constraint) => {
  const purse = await stage.purseWith(1_000n)
  await stage.flow().create('demo', requestOf(purse, 'checked', 1_000n))
  await expect(db().execute(sql.raw(statement))).rejects.toMatchObject({ cause: { constraint_name: constraint } })
})

test('refuses a wallet below zero, whoever writes it', async () => {
  const { walletId } = await stage.purseWith(100n)
  const overdraw = sql`update ledger_account set balance_minor = -1 where id = ${toUuid(walletId)}`
  await expect(db().execute(overdraw)).rejects.toMatchObject({
    cause: { constraint_name: 'ledger_account_covered' },
  })
})

const ACCOUNT_COLUMNS = [
  ['payment', 'source_account_id', 'payment_source'],
  ['payment', 'destination_account_id', 'payment_destination'],
  ['remittance', 'source_account_id', 'remittance_source'],
  ['unapplied_case', 'wallet_id', 'unapplied_case_wallet'],
  ['unapplied_money', 'account_id', 'unapplied_money_account'],
] as const

const insertNaming = (table: string, column: string, id: Id<'led'>) =>
  db().execute(
    sql`insert into ${sql.identifier(table)} (tenant_id, ${sql.identifier(column)}) values ('demo', ${toUuid(id)})`,
  )

test.each(ACCOUNT_COLUMNS)(
  'refuses a row of %s whose %s is no account of the tenant: %s',
  async (table, column, name) => {
    const rival = newId('led')
    await stage.database.forTenant('rival').execute(
      sql`insert into ledger_account (tenant_id, id, owner_id, normal_side, currency, floor_minor, purpose, created_at)
      values ('rival', ${toUuid(rival)}, ${newId('usr')}, 'CREDIT', 'EUR', 0, 'WALLET', now())`,
    )
    for (const unknown of [newId('led'), rival])
      await expect(insertNaming(table, column, unknown)).rejects.toMatchObject({
        cause: { code: '23503', constraint_name: name, table_name: table },
      })
    const { walletId } = await stage.purseWith(0n)
    // Then the rest of the row is looked at, which is missing.
    await expect(insertNaming(table, column, walletId)).rejects.toMatchObject({ cause: { code: '23502' } })
  },
)

test('looks for accounts in the ledger, whatever a session calls by the same name', async () => {
  const unknown = toUuid(newId('led'))
  const shadowed = inTransaction(db(), async (tx) => {
    await tx.execute(sql`create temporary table ledger_account (tenant_id text, id uuid) on commit drop`)
    await tx.execute(sql`insert into pg_temp.ledger_account values ('demo', ${unknown})`)
    await tx.execute(sql`insert into payment (tenant_id, source_account_id) values ('demo', ${unknown})`)
  })
  await expect(shadowed).rejects.toMatchObject({ cause: { code: '23503' } })
})

test('no foreign key leads to accounts: each costs every transfer', async () => {
  const keys = await db().execute(
    sql`select conname from pg_constraint where contype = 'f' and confrelid = 'ledger_account'::regclass`,
  )
  expect(keys).toEqual([])
})
