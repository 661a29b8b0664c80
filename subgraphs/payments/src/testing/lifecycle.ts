// What must hold of all payments of a database, whatever was done to them.

import type { Database } from '@carriergraph/shared/db/pools.ts'
import { fromUuid } from '@carriergraph/shared/ids.ts'
import { expect } from 'vitest'
import { type PaymentStatus, TRANSITIONS } from '../domain/payment.ts'
import { published } from '../events.ts'
import { expectSoundLedger } from './sound-ledger.ts'

/** Fails where a history is not legal and whole, a hold outlives its payment, or more was given back than was paid. */
export async function expectSoundPayments(database: Database): Promise<void> {
  await expectSoundLedger(database)
  await expectLegalHistories(database)
  await expectDeclaredEvents(database)
  const { system } = database.sql
  // Each row that these find is a fault; none are left out.
  const unfinished = await system`
    select id, status, hold from payment
    where status = 'RISK_PENDING' or (status = 'PROCESSING' and execution is distinct from 'INSTRUCTED') or (status = 'AUTHORISED' and hold is distinct from 'PLACED')
      or hold in ('WANTED', 'RELEASING')`
  const holds = await system`
    select coalesce(p.id, h.transfer_id) as id, p.status, p.hold from payment p
    full join ledger_hold h on (h.tenant_id, h.transfer_id) = (p.tenant_id, p.transfer_id)
    where (h.transfer_id is not null) <> (p.hold is not distinct from 'PLACED'
      and (p.status = 'AUTHORISED' or (p.status = 'PROCESSING' and p.execution = 'INSTRUCTED')))`
  const refunds = await system`
    select o.id, o.status from payment o
    left join lateral (select coalesce(sum(r.amount_minor), 0) as minor from payment r
      where (r.tenant_id, r.original_id) = (o.tenant_id, o.id) and r.status = 'COMPLETED') given on true
    where o.refunded_minor <> given.minor or o.refund_claimed_minor <> given.minor
      or given.minor > coalesce(o.captured_minor, o.amount_minor)
      or (o.status = 'REFUNDED') <> (given.minor = coalesce(o.captured_minor, o.amount_minor) and o.completed_at is not null)`
  const moved = await system`
    select p.id, p.status, count(t.id) as transfers, sum(t.amount_minor) as minor from payment p
    left join ledger_transfer t on t.tenant_id = p.tenant_id and t.refusal is null
      and t.debit_sequence is not null and t.id in (p.transfer_id, (select s.id from ledger_transfer s
        where s.tenant_id = p.tenant_id and s.subject_id = p.transfer_id and s.refusal is null))
    group by p.tenant_id, p.id, p.status
    having (p.completed_at is not null) <> (count(t.id) = 1)
      or sum(t.amount_minor) <> coalesce(p.captured_minor, p.amount_minor)`
  const unrecorded = await system`
    select a.id, a.purpose from ledger_account a where a.owner_id is null and not exists (
      select from journal j where j.tenant_id = a.tenant_id and j.aggregate_type = 'ledger_account'
        and j.type = 'ledger_account.opened' and j.data ->> 'purpose' = a.purpose and j.data ->> 'currency' = a.currency)`
  expect([...unrecorded]).toEqual([])
  expect({ unfinished: [...unfinished], holds: [...holds], refunds: [...refunds], moved: [...moved] }).toEqual({
    unfinished: [],
    holds: [],
    refunds: [],
    moved: [],
  })
}

async function expectLegalHistories({ sql }: Database): Promise<void> {
  const rows = await sql.system<{ id: string; status: PaymentStatus; version: number; states: PaymentStatus[] }[]>`
    select p.id, p.status, p.version, array_agg(t.status order by t.version) as states
    from payment p join payment_transition t on (t.tenant_id, t.payment_id) = (p.tenant_id, p.id)
    group by p.tenant_id, p.id`
  const illegal = rows.filter(({ status, version, states }) => {
    const moves = states.slice(1).map((to, index) => [states[index] as PaymentStatus, to] as const)
    const isLegal = moves.every(([from, to]) => (TRANSITIONS[from] as readonly string[]).includes(to))
    return !isLegal || states.at(-1) !== status || states.length !== version
  })
  expect(illegal).toEqual([])
  const events = await sql.system<{ id: string; states: PaymentStatus[] }[]>`
    select aggregate_id as id, array_agg(data ->> 'status' order by version) as states from journal
    where aggregate_type = 'payment' group by tenant_id, aggregate_id`
  const told = new Map(events.map(({ id, states }) => [id, states]))
  expect(told).toEqual(new Map(rows.map(({ id, states }) => [fromUuid('pay', id), states])))
}

async function expectDeclaredEvents({ sql }: Database): Promise<void> {
  const rows = await sql.system<{ type: string; data: unknown }[]>`select type, data from journal`
  const schemas: Record<string, { parse(data: unknown): unknown }> = published
  for (const { type, data } of rows) schemas[type]?.parse(data)
}
