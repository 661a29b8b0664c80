import { makePgArray } from 'drizzle-orm/pg-core'
import type { VerifyTx } from './walk.ts'

/** Where an account's entries have been read up to, and what they came to. */
export type Read = {
  readonly number: number
  readonly entries: number
  /** The sum of their amounts. */
  readonly total: bigint
  readonly lastSequence: bigint
  /** The balance that the last one says. */
  readonly lastBalance: bigint
  /** A sequence is not the one before it and 1, or a balance not the one before it and the amount. */
  readonly isBroken: boolean
}

export const unread = (number: number): Read => ({
  number,
  entries: 0,
  total: 0n,
  lastSequence: 0n,
  lastBalance: 0n,
  isBroken: false,
})

type Row = Omit<Read, 'total'> & { total: string }

/** Reads on in each of these accounts, as far as `limits` says. @returns those in which there were more entries */
export async function readOn(
  tx: VerifyTx,
  accounts: readonly { readonly read: Read; readonly limit: number }[],
): Promise<ReadonlyMap<number, Read>> {
  const column = (value: (account: (typeof accounts)[number]) => number | bigint) =>
    makePgArray(accounts.map((account) => String(value(account))))
  const rows: Row[] = await tx<Row[]>`
    select g.number, count(*)::int as entries, sum(e.amount)::text as total, max(e.sequence) as "lastSequence",
      (array_agg(e.balance order by e.sequence desc))[1] as "lastBalance",
      bool_or(e.sequence <> 1 + coalesce(e.sequence_before, g.sequence)
        or e.balance <> e.amount + coalesce(e.balance_before, g.balance)) as "isBroken"
    from unnest(
      ${column(({ read }) => read.number)}::text::int[], ${column(({ read }) => read.lastSequence)}::text::bigint[],
      ${column(({ read }) => read.lastBalance)}::text::bigint[], ${column(({ limit }) => limit)}::text::int[]
    ) as g (number, sequence, balance, size)
    cross join lateral (
      select sequence, amount, balance, lag(sequence) over account as sequence_before,
        lag(balance) over account as balance_before
      from (
        select * from (
          (select debit_sequence as sequence, -amount_minor as amount, debit_balance_minor as balance
            from ledger_transfer where debit_number = g.number and debit_sequence > g.sequence
            order by debit_sequence limit g.size)
          union all
          (select credit_sequence, amount_minor, credit_balance_minor
            from ledger_transfer where credit_number = g.number and credit_sequence > g.sequence
            order by credit_sequence limit g.size)) sides
        order by sequence limit g.size) entry
      window account as (order by sequence)) e
    group by g.number`
  const before = new Map(accounts.map(({ read }) => [read.number, read]))
  return new Map(rows.map((row) => [row.number, added(before.get(row.number) ?? unread(row.number), row)]))
}

const added = (before: Read, row: Row): Read => ({
  ...row,
  entries: before.entries + row.entries,
  total: before.total + BigInt(row.total),
  isBroken: before.isBroken || row.isBroken,
})
