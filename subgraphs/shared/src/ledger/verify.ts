import type postgres from 'postgres'
import type { Database } from '../db/pools.ts'

/** What is wrong with the books, and where. */
export type LedgerFault = {
  readonly code: keyof typeof CHECKS
  readonly tenant: string
  /** The uuid of the account or transfer, or the currency. */
  readonly about: string
}

export type LedgerVerdict = {
  readonly accounts: number
  readonly entries: number
  /** None where the books are sound; of each code no more than FAULTS_SHOWN_MAX. */
  readonly faults: readonly LedgerFault[]
}

/** One broken account tells as much as a million. */
export const FAULTS_SHOWN_MAX = 100

/** Both sides of every transfer that moved money, as entries: credits above zero, debits below. */
const ENTRIES = `entry as (
  select tenant_id, id as transfer_id, debit_number as number, debit_sequence as sequence, -amount_minor as amount,
    debit_balance_minor as balance from ledger_transfer where debit_sequence is not null
  union all
  select tenant_id, id, credit_number, credit_sequence, amount_minor, credit_balance_minor
    from ledger_transfer where credit_sequence is not null)`

/** Each selects `tenant` and `about` of what breaks the rule. */
const CHECKS = {
  /** A transfer names an account that is not there, another tenant's, or one of another currency. */
  ACCOUNT_WRONG: `select t.tenant_id as tenant, t.id as about from ledger_transfer t
    left join ledger_account d on d.number = t.debit_number and d.tenant_id = t.tenant_id and d.currency = t.currency
    left join ledger_account c on c.number = t.credit_number and c.tenant_id = t.tenant_id and c.currency = t.currency
    where t.refusal is null and (d.number is null or c.number is null)`,
  /** The balances of a currency do not sum to zero. */
  CURRENCY_UNBALANCED: `select tenant_id as tenant, currency as about from ledger_account
    group by tenant_id, currency having sum(balance_minor) <> 0`,
  /** The balance is not the sum of the entries, or their number not the account's last sequence. */
  BALANCE_NOT_SUM: `with ${ENTRIES} select a.tenant_id as tenant, a.id as about from ledger_account a
    left join (select number, sum(amount) as total, count(*) as entries from entry group by number) e using (number)
    where a.balance_minor <> coalesce(e.total, 0) or a.last_sequence <> coalesce(e.entries, 0)`,
  /** Sequences are not 1, 2, 3 …, or an entry's balance is not that of the entry before it and its own amount. */
  ENTRIES_BROKEN: `with ${ENTRIES}, running as (
      select number, sequence, balance, row_number() over account as place, sum(amount) over account as total
      from entry window account as (partition by number order by sequence rows unbounded preceding))
    select distinct a.tenant_id as tenant, a.id as about from running join ledger_account a using (number)
    where sequence <> place or balance <> total`,
  /** What is held is not the sum of the open pending transfers that take from the normal side. */
  HELD_NOT_SUM: `select a.tenant_id as tenant, a.id as about from ledger_account a
    left join (
      select number, sum(amount_minor) as total from (
        select debit_number as number, 'CREDIT' as side, amount_minor from ledger_hold
        union all select credit_number, 'DEBIT', amount_minor from ledger_hold) h
      join ledger_account o using (number) where o.normal_side = h.side group by number) h using (number)
    where a.held_minor <> coalesce(h.total, 0)`,
  /** A pending transfer that is not resolved has no hold, or a hold stands for none, or for another amount. */
  HOLD_WRONG: `with open as (
      select tenant_id, id as transfer_id, amount_minor, debit_number, credit_number, expires_at from ledger_transfer p
      where kind = 'PENDING' and refusal is null and not exists (
        select from ledger_transfer r
        where r.tenant_id = p.tenant_id and r.subject_id = p.id and r.refusal is null))
    select coalesce(h.tenant_id, o.tenant_id) as tenant, coalesce(h.transfer_id, o.transfer_id) as about
    from open o full join ledger_hold h using (tenant_id, transfer_id)
    where (o.amount_minor, o.debit_number, o.credit_number, o.expires_at)
      is distinct from (h.amount_minor, h.debit_number, h.credit_number, h.expires_at)`,
  /** A posted or released pending transfer, or a reversal, does not agree with what it refers to. */
  SUBJECT_WRONG: `select r.tenant_id as tenant, r.id as about from ledger_transfer r
    left join ledger_transfer s on s.tenant_id = r.tenant_id and s.id = r.subject_id and s.refusal is null
    where r.refusal is null and r.kind not in ('SINGLE', 'PENDING') and not coalesce(
      case when r.kind = 'REVERSAL' then s.debit_sequence is not null and r.amount_minor = s.amount_minor
          and (r.debit_number, r.credit_number) = (s.credit_number, s.debit_number)
        else s.kind = 'PENDING' and r.amount_minor <= s.amount_minor
          and (r.debit_number, r.credit_number) = (s.debit_number, s.credit_number) end, false)`,
} as const satisfies Record<string, string>

/**
 * Computes every balance of every tenant anew from the entries, and names what does not agree, as of one moment. Reads
 * the whole ledger; postings go on meanwhile.
 */
export async function verifyLedger({ sql: { system } }: Pick<Database, 'sql'>): Promise<LedgerVerdict> {
  return system.begin('isolation level repeatable read read only', async (tx) => {
    // As long as it takes: it is no request, and holds up nobody.
    await tx.unsafe('set local statement_timeout = 0; set local transaction_timeout = 0').simple()
    return readVerdict(tx)
  })
}

/** The same within a transaction of the caller's, of what that sees. */
export async function readVerdict(tx: postgres.TransactionSql<{ bigint: bigint }>): Promise<LedgerVerdict> {
  const [counted] = await tx<{ accounts: number; entries: number }[]>`
      select (select count(*) from ledger_account)::int as accounts,
        2 * (select count(*) from ledger_transfer where debit_sequence is not null)::int as entries`
  const faults: LedgerFault[] = []
  for (const code of Object.keys(CHECKS) as (keyof typeof CHECKS)[]) {
    const found = await tx.unsafe<{ tenant: string; about: string }[]>(
      `select tenant, about::text from (${CHECKS[code]}) broken order by 1, 2 limit ${FAULTS_SHOWN_MAX}`,
    )
    faults.push(...found.map(({ tenant, about }) => ({ code, tenant, about })))
  }
  return { accounts: counted?.accounts ?? 0, entries: counted?.entries ?? 0, faults }
}
