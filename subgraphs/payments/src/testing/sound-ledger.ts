import type { Database } from '@carriergraph/shared/db/pools.ts'
import { verifyLedger } from '@carriergraph/shared/ledger/verify/verify.ts'
import { expect } from 'vitest'

/** Fails when the books of any tenant are not in order, or a wallet was ever below zero. */
export async function expectSoundLedger(database: Database): Promise<void> {
  const { faults } = await verifyLedger(database)
  const overdrawn = await database.sql.system`
    select a.id, e.sequence from ledger_entry e join ledger_account a on a.number = e.account_number
    where a.purpose = 'WALLET' and e.balance_minor < 0`
  expect({ faults, overdrawn: [...overdrawn] }).toEqual({ faults: [], overdrawn: [] })
}

/** What a payment left behind, counted: one effect is one of each. */
export async function effectsOf({ sql }: Database, paymentId: string) {
  const [row] = await sql.system`
    select (select count(*)::int from ledger_transfer where reference = ${paymentId} and refusal is null) as transfers,
      (select array_agg(type order by version) from journal where aggregate_id = ${paymentId}) as events`
  return row
}

/** The events of a payment that went through. */
export const COMPLETED_EVENTS = ['payment.created', 'payment.authorised', 'payment.completed'] as const
