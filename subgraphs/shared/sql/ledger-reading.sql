-- Version 1.

-- What is read of the entries of an account (src/ledger/statement.ts).

-- How many entries of an account were decided before `p_at`, which is the sequence of the last of them. Looks at a few
-- dozen at the most, because later entries were decided later; where the clocks of two processes differ, by what they
-- differ.
create or replace function ledger_sequence_before(p_number int, p_last bigint, p_at timestamptz)
returns bigint language plpgsql stable
as $$
declare
  low bigint := 0; high bigint := p_last; middle bigint; decided timestamptz;
begin
  while low < high loop
    middle := (low + high + 1) / 2;
    select e.decided_at into decided from ledger_entry e where e.account_number = p_number and e.sequence = middle;
    if decided < p_at then low := middle; else high := middle - 1; end if;
  end loop;
  return low;
end
$$;

-- A page of an account's statement, newest first: entries before a sequence, decided from one time until before another;
-- null for no bound. Each side is one short range of its index; over both together the planner would sort them all.
create or replace function ledger_statement(
  p_account uuid, p_before bigint, p_from timestamptz, p_until timestamptz, p_limit int
) returns table (sequence bigint, transfer_id uuid, amount_minor bigint, balance_minor bigint, currency char(3), decided_at timestamptz)
language plpgsql stable
as $$
#variable_conflict use_column
declare
  num int; last bigint; first bigint := 0; beyond bigint;
begin
  select a.number, a.last_sequence into num, last from ledger_account a
    where a.tenant_id = current_setting('app.tenant') and a.id = p_account;
  beyond := last + 1;
  if p_until is not null then beyond := ledger_sequence_before(num, last, p_until) + 1; end if;
  if p_before < beyond then beyond := p_before; end if;
  if p_from is not null then first := ledger_sequence_before(num, last, p_from); end if;
  return query
    select * from (
      (select t.debit_sequence as sequence, t.id, -t.amount_minor, t.debit_balance_minor, t.currency, t.decided_at
        from ledger_transfer t
        where t.debit_number = num and t.debit_sequence < beyond and t.debit_sequence > first
        order by t.debit_sequence desc limit p_limit)
      union all
      (select t.credit_sequence, t.id, t.amount_minor, t.credit_balance_minor, t.currency, t.decided_at
        from ledger_transfer t
        where t.credit_number = num and t.credit_sequence < beyond and t.credit_sequence > first
        order by t.credit_sequence desc limit p_limit)) e
    order by sequence desc limit p_limit;
end
$$;

-- The next entries of an account behind a sequence, in their order.
create or replace function ledger_entries_after(p_account uuid, p_after bigint, p_limit int)
returns table (sequence bigint, transfer_id uuid, amount_minor bigint, balance_minor bigint, currency char(3), decided_at timestamptz)
language plpgsql stable
as $$
#variable_conflict use_column
declare
  num int;
begin
  select a.number into num from ledger_account a
    where a.tenant_id = current_setting('app.tenant') and a.id = p_account;
  return query
    select * from (
      (select t.debit_sequence as sequence, t.id, -t.amount_minor, t.debit_balance_minor, t.currency, t.decided_at
        from ledger_transfer t where t.debit_number = num and t.debit_sequence > p_after
        order by t.debit_sequence limit p_limit)
      union all
      (select t.credit_sequence, t.id, t.amount_minor, t.credit_balance_minor, t.currency, t.decided_at
        from ledger_transfer t where t.credit_number = num and t.credit_sequence > p_after
        order by t.credit_sequence limit p_limit)) e
    order by sequence limit p_limit;
end
$$;

-- The balance of an account, credits less debits, after the last entry that was decided before `p_at`.
create or replace function ledger_balance_before(p_account uuid, p_at timestamptz)
returns bigint language plpgsql stable
as $$
declare
  num int; last bigint; balance bigint;
begin
  select a.number, a.last_sequence into num, last from ledger_account a
    where a.tenant_id = current_setting('app.tenant') and a.id = p_account;
  select e.balance_minor into balance from ledger_entry e
    where e.account_number = num and e.sequence = ledger_sequence_before(num, last, p_at);
  return coalesce(balance, 0);
end
$$;
