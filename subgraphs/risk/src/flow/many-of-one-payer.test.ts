// One payer whose row stays locked, as by another process, and who asks for more than there are connections.

import { type Database, TENANT_POOL_MAX, type TenantDb } from '@carriergraph/shared/db/pools.ts'
import { type Id, newId, toUuid } from '@carriergraph/shared/ids.ts'
import { money } from '@carriergraph/shared/money/money.ts'
import { openPatiently } from '@carriergraph/shared/testing/patient-database.ts'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { lockUser } from '../db/users.ts'
import { assessRemittance } from '../remittances/assess-remittance.ts'
import { readRemittance } from '../remittances/request.ts'
import { demoUser, ENDLESS, type RiskStage, remittanceOf, START, setRiskStage } from '../testing/risk-stage.ts'
import { assessPayment } from './assess-payment.ts'

let stage: RiskStage
let patient: Database
let holder: Database
let db: TenantDb
beforeAll(async () => {
  stage = await setRiskStage()
  patient = openPatiently(stage.database.url)
  holder = openPatiently(stage.database.url)
  db = patient.forTenant('demo')
})
afterAll(async () => {
  await Promise.all([patient, holder].map((database) => database.close({ timeout_s: 0 })))
  await stage[Symbol.asyncDispose]()
})

const by = { actor: 'svc:payments', correlationId: 'many', now: START }

const assessPaymentOf = (payerId: Id<'usr'>) =>
  assessPayment(
    db,
    {
      paymentId: newId('pay'),
      payerId,
      payeeId: null,
      counterparty: null,
      amount: money(2_000n, 'EUR'),
      createdAt: START,
    },
    by,
    ENDLESS,
  )

async function assessRemittanceOf(senderId: Id<'usr'>) {
  const remittance = readRemittance({ ...remittanceOf(senderId), createdAt: START })
  if (!remittance.ok) throw new Error(remittance.message)
  return assessRemittance(db, remittance.value, by, ENDLESS)
}

/** What the tenant's connections wait for. */
const connectionsWaiting = async () => {
  const [row] = await stage.database.system.execute<{ count: number }>(
    sql`select count(*)::int as count from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`,
  )
  return row?.count
}

const both = (user: Id<'usr'>) => [assessPaymentOf(user), assessRemittanceOf(user)]

it.each([
  ['payments', (user: Id<'usr'>) => [assessPaymentOf(user)]],
  ['remittances', (user: Id<'usr'>) => [assessRemittanceOf(user)]],
  ['payments and remittances', both],
])('many %s of one who is locked hold up nobody else, and are assessed when that is over', async (_, start) => {
  const user = await stage.verifiedUser()
  const asked = await holder.forTenant('demo').transaction(async (tx) => {
    await lockUser(tx, user)
    const started = Array.from({ length: 3 * TENANT_POOL_MAX }, () => start(user)).flat()
    const others = await Promise.all(['ada', 'bruno', 'chen'].flatMap((name) => both(demoUser(name))))
    expect(others.every(({ ok }) => ok)).toBe(true)
    expect(await connectionsWaiting()).toBeLessThanOrEqual(1)
    return { started }
  })
  const assessed = await Promise.all(asked.started)
  expect(assessed.every(({ ok }) => ok)).toBe(true)
  const [row] = await stage.database.system.execute<{ count: number }>(
    sql`select ((select count(*) from risk_assessment where payer_id = ${toUuid(user)}::uuid)
      + (select count(*) from remittance_assessment where sender_id = ${toUuid(user)}::uuid))::int as count`,
  )
  expect(row?.count).toBe(assessed.length)
})
