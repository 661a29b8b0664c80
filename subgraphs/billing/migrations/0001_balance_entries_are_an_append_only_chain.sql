-- What happened to a balance is never rewritten: a wrong charge is corrected by another entry.
create trigger append_only before update or delete or truncate on balance_entry
  for each statement execute function refuse_rewriting_history();
--> statement-breakpoint
create trigger append_only before update or delete or truncate on usage_record
  for each statement execute function refuse_rewriting_history();
--> statement-breakpoint
create trigger append_only before update or delete or truncate on balance_alert
  for each statement execute function refuse_rewriting_history();
--> statement-breakpoint
-- Each entry continues the account's previous one: the next number, and its balance plus the amount. So a balance is
-- the sum of its entries, whatever a writer gets wrong. Once per statement, for all of its rows. A session plans this
-- once, perhaps while the table is small: without the settings it would go on reading a large one from end to end.
create function refuse_broken_balance_chain() returns trigger language plpgsql
  set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  broken record;
begin
  -- The number before is computed apart from the join: under row-level security a condition that computes is no index
  -- condition, because it might fail and tell of rows that are not to be seen.
  with entry as materialized (select *, sequence - 1 as previous_sequence from added)
  select entry.account_id, entry.sequence into broken
  from entry
  left join balance_entry previous
    on previous.tenant_id = entry.tenant_id
    and previous.account_id = entry.account_id
    and previous.sequence = entry.previous_sequence
  where entry.balance_after_minor is distinct from
    entry.amount_minor + case when entry.sequence = 1 then 0 else previous.balance_after_minor end
  limit 1;
  if found then
    raise exception 'entry % of account % does not continue its balance', broken.sequence, broken.account_id
      using errcode = 'integrity_constraint_violation';
  end if;
  return null;
end
$$;
--> statement-breakpoint
create trigger balance_chain after insert on balance_entry
  referencing new table as added
  for each statement execute function refuse_broken_balance_chain();
--> statement-breakpoint
-- The account's balance is that of its last entry: entries are written first, then the balance.
create function refuse_balance_without_entry() returns trigger language plpgsql
  set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  wrong uuid;
begin
  with account as materialized (select *, entry_sequence + 1 as next_sequence from changed)
  select account.id into wrong
  from account
  left join balance_entry last
    on last.tenant_id = account.tenant_id
    and last.account_id = account.id
    and last.sequence = account.entry_sequence
  left join balance_entry later
    on later.tenant_id = account.tenant_id
    and later.account_id = account.id
    and later.sequence = account.next_sequence
  where last.balance_after_minor is distinct from account.balance_minor or later.sequence is not null
  limit 1;
  if found then
    raise exception 'the balance of account % is not that of its last entry', wrong
      using errcode = 'integrity_constraint_violation';
  end if;
  return null;
end
$$;
--> statement-breakpoint
create trigger balance_of_last_entry after update on billing_account
  referencing new table as changed
  for each statement execute function refuse_balance_without_entry();
--> statement-breakpoint
-- An account is there before its opening entry, which refers to it: so this is checked when the transaction commits.
create function refuse_account_without_opening() returns trigger language plpgsql as $$
begin
  if not exists (
    select from balance_entry
    where tenant_id = new.tenant_id and account_id = new.id and sequence = 1 and balance_after_minor = new.balance_minor)
  then
    raise exception 'account % has no opening entry with its balance', new.id
      using errcode = 'integrity_constraint_violation';
  end if;
  return null;
end
$$;
--> statement-breakpoint
create constraint trigger opening_entry after insert on billing_account
  deferrable initially deferred
  for each row execute function refuse_account_without_opening();
