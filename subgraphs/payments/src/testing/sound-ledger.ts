import type { Database } from '@carriergraph/shared/db/pools.ts'
import { expect } from 'vitest'

/**
 * Fails when the books of any tenant are not in order: every transfer has two entries that sum to zero, all entries of a
 * currency sum to zero, each balance is the sum of its entries and the last one's balance, sequences are 1, 2, 3 … and
 * no wallet was ever below zero.
 */
export async function expectSoundLedger({ sql }: Database): Promise<void> {
  const unbalanced = await sql.system`
    select t.id from transfer t left join ledger_entry e on (e.tenant_id, e.transfer_id) = (t.tenant_id, t.id)
    group by t.tenant_id, t.id, t.amount_minor
    having count(e.*) <> 2 or sum(e.amount_minor) <> 0 or max(e.amount_minor) <> t.amount_minor`
  const sums = await sql.system`
    select a.currency, sum(e.amount_minor)::text from ledger_entry e
    join ledger_account a on (a.tenant_id, a.id) = (e.tenant_id, e.account_id)
    group by a.tenant_id, a.currency having sum(e.amount_minor) <> 0`
  const wrongAccounts = await sql.system`
    select a.id, a.purpose, a.balance_minor::text, a.last_sequence::text
    from ledger_account a
    left join lateral (
      select coalesce(sum(amount_minor), 0) as total, count(*) as entries, coalesce(max(sequence), 0) as highest,
        coalesce((array_agg(balance_after_minor order by sequence desc))[1], 0) as last_balance,
        coalesce(min(balance_after_minor), 0) as lowest
      from ledger_entry where (tenant_id, account_id) = (a.tenant_id, a.id)
    ) e on true
    where a.balance_minor <> e.total or a.balance_minor <> e.last_balance or a.last_sequence <> e.entries
      or e.highest <> e.entries or (a.purpose = 'WALLET' and e.lowest < 0)`
  expect({ unbalanced: [...unbalanced], sums: [...sums], wrongAccounts: [...wrongAccounts] }).toEqual({
    unbalanced: [],
    sums: [],
    wrongAccounts: [],
  })
}

/** What a payment left behind, counted: one effect is one of each. */
export async function effectsOf({ sql }: Database, paymentId: string) {
  const [row] = await sql.system`
    select (select count(*)::int from transfer where reference = ${paymentId}) as transfers,
      (select array_agg(type order by version) from journal where aggregate_id = ${paymentId}) as events`
  return row
}
