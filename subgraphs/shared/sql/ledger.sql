-- Version 9.

-- What a ledger needs beside its tables (src/ledger/tables.ts). A database without a ledger is left as it is.
do $$
begin
  if to_regclass('ledger_transfer') is null then
    return;
  end if;
  if not exists (select from pg_trigger where tgrelid = to_regclass('ledger_transfer') and tgname = 'append_only') then
    create trigger append_only before update or delete or truncate on ledger_transfer
      for each statement execute function refuse_rewriting_history();
  end if;
  if not exists (select from pg_trigger where tgrelid = to_regclass('ledger_seal') and tgname = 'append_only') then
    create trigger append_only before update or delete or truncate on ledger_seal
      for each statement execute function refuse_rewriting_history();
  end if;
  if not exists (select from pg_trigger where tgrelid = to_regclass('ledger_account') and tgname = 'kept') then
    -- Transfers point to accounts without a foreign key.
    create trigger kept before delete or truncate on ledger_account
      for each statement execute function refuse_rewriting_history();
    -- Balances change with almost every transfer: room on the page keeps the indexes out of it.
    alter table ledger_account set (fillfactor = 50);
  end if;
  if not exists (select from pg_trigger where tgrelid = to_regclass('ledger_account') and tgname = 'identity_kept') then
    -- Whose an account is, and what it counts on which side, is nowhere else. Postings name none of these columns, so that
    -- it costs them nothing.
    create trigger identity_kept
      before update of tenant_id, id, number, normal_side, currency, owner_id, purpose, created_at on ledger_account
      for each statement execute function refuse_rewriting_history();
  end if;
end
$$;

-- Writes what accounts hold after a batch, where it has them locked: a row that is locked stays in its place, so that none is
-- looked up a second time. Accounts that nothing moved in are left alone.
create or replace function ledger_put_balances(p_places tid[], p_balances bigint[], p_held bigint[], p_sequences bigint[])
returns void language plpgsql
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_nestloop = off
-- By place, and by nothing else: without statistics, all of a tenant's accounts look like fewer.
set enable_indexscan = off set enable_indexonlyscan = off set enable_bitmapscan = off
as $$
begin
  update ledger_account a set balance_minor = x.balance, held_minor = x.held, last_sequence = x.sequence
    from unnest(p_places, p_balances, p_held, p_sequences) x (place, balance, held, sequence)
    where a.ctid = any (p_places) and a.ctid = x.place and (a.last_sequence <> x.sequence or a.held_minor <> x.held);
end
$$;

-- Decides transfers in the order given and writes what was decided: the one way in which balances change
-- (src/ledger/post-batch.ts calls it). Accounts are given once, in id order; a transfer names them by place, and null
-- where there is none to name. `p_subjects` are the transfers that others resolve, each given once; `p_subject_of` names
-- them by place. Where an id comes again, `p_firsts` is the place of its first; where a subject is of the same batch and
-- not known to be accepted, `p_parents` is its place, and `p_orphans` what is answered when it was not. Where it turns out
-- that another process has posted it meanwhile, the batch is to be prepared anew: a serialization failure. `p_malformed` is
-- what the caller has refused already; `p_chain_ends` the place of the last transfer of the same chain. An empty array
-- stands for one of nulls. The order of the checks is that of src/ledger/posting-code.ts.
create or replace function post_batch(
  p_accounts uuid[], p_ids uuid[], p_firsts int[], p_hashes bigint[], p_kinds text[], p_debits int[], p_credits int[],
  p_amounts bigint[], p_moved bigint[], p_held bigint[], p_currencies text[], p_references text[], p_subjects uuid[],
  p_subject_of int[], p_parents int[], p_orphans text[], p_expires timestamptz[], p_overdue boolean[], p_malformed text[],
  p_chain_ends int[], p_at timestamptz,
  out codes text[], out replayed boolean[]
) language plpgsql
-- Planned once for a connection: planning for each batch was a fifteenth of a large one, and half of a small one. Such a
-- plan knows neither the arrays nor how the tables grow, so it may read no table from end to end.
set plan_cache_mode = force_generic_plan set enable_seqscan = off
-- Without statistics the planner takes every table for small, and pairs two lists by comparing each with each.
set enable_nestloop = off
as $$
declare
  minor_max constant bigint := 1000000000000000000;
  tenant constant text := nullif(current_setting('app.tenant'), '*');
  n constant int := cardinality(p_ids);
  found uuid[]; places tid[]; numbers int[]; on_credit boolean[]; currencies text[]; statuses text[];
  balances bigint[]; helds bigint[]; floors bigint[]; sequences bigint[];
  known boolean[] := array_fill(false, array[n]); known_hashes bigint[]; known_codes text[]; resolutions text[];
  debit_sequences bigint[] := array_fill(null::bigint, array[n]); credit_sequences bigint[] := debit_sequences;
  debit_balances bigint[] := debit_sequences; credit_balances bigint[] := debit_sequences;
  d int; c int; moved bigint; held bigint; code text; kind text; first int; subject int;
  chain_start int := 1; chain_broken boolean := false; any_hold boolean := false;
begin
  select array_agg(id), array_agg(place), array_agg(number), array_agg(normal_side = 'CREDIT'), array_agg(currency::text),
      array_agg(status), array_agg(balance_minor), array_agg(held_minor), array_agg(floor_minor), array_agg(last_sequence)
    into found, places, numbers, on_credit, currencies, statuses, balances, helds, floors, sequences
    from (select *, ctid as place from ledger_account where tenant_id = tenant and id = any (p_accounts) order by id for no key update) l;
  if found is distinct from p_accounts then
    -- Where some are not there, the others move to their own places.
    select array_agg(l.place order by o), array_agg(l.number order by o), array_agg(l.on_credit order by o),
        array_agg(l.currency order by o), array_agg(l.status order by o), array_agg(l.balance order by o),
        array_agg(l.held order by o), array_agg(l.floor order by o), array_agg(l.sequence order by o)
      into places, numbers, on_credit, currencies, statuses, balances, helds, floors, sequences
      from unnest(p_accounts) with ordinality given (id, o)
      left join unnest(found, places, numbers, on_credit, currencies, statuses, balances, helds, floors, sequences)
        l (id, place, number, on_credit, currency, status, balance, held, floor, sequence) using (id);
  end if;

  -- Only now: another batch with the same accounts may have decided the same ids while this one waited for the locks,
  -- and a statement sees what was committed before it began.
  if exists (select from ledger_transfer where tenant_id = tenant and id = any (p_ids)) then
    select array_agg(t.id is not null order by o), array_agg(t.request_hash order by o), array_agg(t.refusal order by o)
      into known, known_hashes, known_codes
      from unnest(p_ids) with ordinality given (id, o)
      left join lateral (
        select s.id, s.request_hash, s.refusal from ledger_transfer s
        where s.tenant_id = tenant and s.id = given.id limit 1) t on true;
  end if;
  if cardinality(p_subjects) > 0 then
    select array_agg(t.kind order by o) into resolutions
      from unnest(p_subjects) with ordinality given (id, o)
      left join lateral (
        select s.kind from ledger_transfer s
        where s.tenant_id = tenant and s.subject_id = given.id and s.refusal is null limit 1) t on true;
  end if;

  codes := array_fill(null::text, array[n]);
  replayed := array_fill(false, array[n]);
  for i in 1..n loop
    d := p_debits[i]; c := p_credits[i]; moved := p_moved[i]; held := p_held[i]; kind := p_kinds[i];
    if known[i] then
      replayed[i] := known_hashes[i] = p_hashes[i];
      code := case when replayed[i] then known_codes[i] else 'IDEMPOTENCY_KEY_REUSED' end;
    elsif p_firsts[i] is not null then
      first := p_firsts[i];
      known[i] := true;
      replayed[i] := p_hashes[first] = p_hashes[i];
      code := case when replayed[i] then codes[first] else 'IDEMPOTENCY_KEY_REUSED' end;
    else
      subject := p_subject_of[i];
      if chain_broken then code := 'LINKED_TRANSFER_FAILED';
      elsif codes[p_parents[i]] is not null or p_malformed[i] is not null then
        if known[p_parents[i]] and known_codes[p_parents[i]] is null then
          -- Another process posted it after it was looked for: what was prepared took it for one that is not there.
          raise exception 'transfer % was posted meanwhile', p_ids[p_parents[i]] using errcode = 'serialization_failure';
        end if;
        code := case when codes[p_parents[i]] is not null then p_orphans[i] else p_malformed[i] end;
      elsif resolutions[subject] is not null or p_overdue[i] then
        code := case resolutions[subject] when 'POST_PENDING' then 'PENDING_ALREADY_POSTED'
          when 'VOID_PENDING' then 'PENDING_ALREADY_VOIDED' when 'REVERSAL' then 'TRANSFER_ALREADY_REVERSED'
          else 'PENDING_EXPIRED' end;
      elsif numbers[d] is null or numbers[c] is null then
        code := case when numbers[d] is null then 'DEBIT_ACCOUNT_NOT_FOUND' else 'CREDIT_ACCOUNT_NOT_FOUND' end;
      elsif currencies[d] <> p_currencies[i] or currencies[c] <> p_currencies[i] then code := 'CURRENCY_MISMATCH';
      elsif (statuses[d] <> 'ACTIVE' or statuses[c] <> 'ACTIVE') and kind not in ('VOID_PENDING', 'EXPIRE_PENDING') then
        code := case when 'CLOSED' in (statuses[d], statuses[c]) then 'ACCOUNT_CLOSED' else 'ACCOUNT_FROZEN' end;
      elsif balances[d] - moved < -minor_max or balances[c] + moved > minor_max
        or (on_credit[d] and helds[d] + held > minor_max) or (not on_credit[c] and helds[c] + held > minor_max) then
        code := 'BALANCE_LIMIT_EXCEEDED';
      elsif (on_credit[d] and balances[d] - moved - helds[d] - held < floors[d])
        or (not on_credit[c] and -balances[c] - moved - helds[c] - held < floors[c]) then
        code := 'INSUFFICIENT_FUNDS';
      else
        code := null;
        if subject is not null then resolutions[subject] := kind; end if;
        if held <> 0 then
          any_hold := true;
          if on_credit[d] then helds[d] := helds[d] + held; end if;
          if not on_credit[c] then helds[c] := helds[c] + held; end if;
        end if;
        if moved > 0 then
          balances[d] := balances[d] - moved; sequences[d] := sequences[d] + 1;
          balances[c] := balances[c] + moved; sequences[c] := sequences[c] + 1;
          debit_sequences[i] := sequences[d]; debit_balances[i] := balances[d];
          credit_sequences[i] := sequences[c]; credit_balances[i] := balances[c];
        end if;
      end if;
    end if;
    codes[i] := code;

    if code is not null and not chain_broken and p_chain_ends[i] > chain_start then
      chain_broken := true;
      -- What was decided in this chain so far did not happen.
      for j in reverse i - 1..chain_start loop
        continue when known[j];
        d := p_debits[j]; c := p_credits[j]; moved := p_moved[j]; held := p_held[j];
        codes[j] := 'LINKED_TRANSFER_FAILED';
        if p_subject_of[j] is not null then resolutions[p_subject_of[j]] := null; end if;
        if on_credit[d] then helds[d] := helds[d] - held; end if;
        if not on_credit[c] then helds[c] := helds[c] - held; end if;
        if moved > 0 then
          balances[d] := balances[d] + moved; sequences[d] := sequences[d] - 1;
          balances[c] := balances[c] - moved; sequences[c] := sequences[c] - 1;
          debit_sequences[j] := null; debit_balances[j] := null;
          credit_sequences[j] := null; credit_balances[j] := null;
        end if;
      end loop;
    end if;
    if i = p_chain_ends[i] then
      chain_start := i + 1; chain_broken := false;
    end if;
  end loop;

  -- An id that another batch has decided meanwhile, for accounts that this one does not lock, ends here with a violation
  -- of the key; the caller comes again and finds it known.
  insert into ledger_transfer (tenant_id, id, request_hash, kind, refusal, debit_number, credit_number, amount_minor,
      currency, reference, subject_id, expires_at, debit_sequence, credit_sequence, debit_balance_minor,
      credit_balance_minor, decided_at)
    select tenant, x.id, x.hash, x.kind, x.code, numbers[x.debit], numbers[x.credit], x.amount, x.currency, x.reference,
      p_subjects[x.subject], x.expires, x.debit_seq, x.credit_seq, x.debit_bal, x.credit_bal, p_at
    from unnest(p_ids, p_hashes, p_kinds, codes, p_debits, p_credits, p_amounts, p_currencies, p_references,
      p_subject_of, p_expires, debit_sequences, credit_sequences, debit_balances, credit_balances, known)
      x (id, hash, kind, code, debit, credit, amount, currency, reference, subject, expires, debit_seq, credit_seq,
        debit_bal, credit_bal, known)
    where not x.known;
  if any_hold then
    insert into ledger_hold (tenant_id, transfer_id, debit_number, credit_number, amount_minor, expires_at)
      select tenant, x.id, numbers[x.debit], numbers[x.credit], x.amount, x.expires
      from unnest(p_ids, p_kinds, codes, p_debits, p_credits, p_amounts, p_expires, known)
        x (id, kind, code, debit, credit, amount, expires, known)
      where x.kind = 'PENDING' and x.code is null and not x.known;
    delete from ledger_hold h using unnest(p_subject_of, p_kinds, codes, known) x (subject, kind, code, known)
      where h.tenant_id = tenant and h.transfer_id = any (p_subjects) and h.transfer_id = p_subjects[x.subject]
        and x.kind <> 'REVERSAL' and x.code is null and not x.known;
  end if;
  perform ledger_put_balances(places, balances, helds, sequences);
end
$$;

-- `post_batch` as the version before calls it, to which one may go back in a database that this one made: no id comes again, none
-- refers to another of the batch, and each subject stands in the place of its transfer. It goes with that version.
create or replace function post_batch(
  p_accounts uuid[], p_ids uuid[], p_hashes bigint[], p_kinds text[], p_debits int[], p_credits int[],
  p_amounts bigint[], p_moved bigint[], p_held bigint[], p_currencies text[], p_references text[], p_subjects uuid[],
  p_expires timestamptz[], p_overdue boolean[], p_malformed text[], p_chain_ends int[], p_at timestamptz,
  out codes text[], out replayed boolean[]
) language sql
as $$
  select b.codes, b.replayed from post_batch(
    p_accounts, p_ids, '{}', p_hashes, p_kinds, p_debits, p_credits, p_amounts, p_moved, p_held, p_currencies, p_references,
    p_subjects, array(select case when id is not null then place::int end
      from unnest(p_subjects) with ordinality subject (id, place) order by place),
    '{}', '{}', p_expires, p_overdue, p_malformed, p_chain_ends, p_at) b
$$;

-- What orders refer to and was accepted (src/ledger/post-batch.ts). A lock of the whole table is waited for no longer than by a
-- batch, LINE_LOCK_TIMEOUT_MS: others stand behind.
create or replace function ledger_subjects(p_ids uuid[])
returns table (id uuid, kind text, debit uuid, credit uuid, amount bigint, currency char(3), expires_at timestamptz)
language plpgsql set lock_timeout = '1s'
as $$
#variable_conflict use_column
declare
  tenant constant text := current_setting('app.tenant');
begin
  return query
    -- A probe for each: a join that was planned while the table was small reads all of the tenant's transfers for ever.
    select t.id, t.kind, (select d.id from ledger_account d where d.number = t.debit_number),
        (select c.id from ledger_account c where c.number = t.credit_number), t.amount_minor, t.currency, t.expires_at
      from unnest(p_ids) given (id)
      cross join lateral (
        select * from ledger_transfer s
        where s.tenant_id = tenant and s.id = given.id and s.refusal is null limit 1) t;
end
$$;

-- Which of these accounts somebody else holds at this moment, and which transaction that is, waiting for none
-- (src/ledger/locked-out.ts). One that is locked by two looks, and by another transaction each time, was free between.
create or replace function ledger_locked_accounts(p_accounts uuid[]) returns table (id uuid, holder text) language plpgsql
-- For a lock of the whole table.
set lock_timeout = '100ms' set enable_seqscan = off
as $$
#variable_conflict use_column
declare
  tenant constant text := current_setting('app.tenant');
begin
  return query
    with unlocked as materialized (
      select id from ledger_account where tenant_id = tenant and id = any (p_accounts) for no key update skip locked)
    select a.id, a.xmax::text from ledger_account a
      where a.tenant_id = tenant and a.id = any (p_accounts) and a.id not in (select id from unlocked);
end
$$;

-- The same as the version before asks for it, which waits for one of them in its turn. It goes with that version.
create or replace function ledger_locked_accounts(p_accounts uuid[], p_in_turn uuid) returns setof uuid language plpgsql
set lock_timeout = '100ms' set enable_seqscan = off
as $$
declare
  tenant constant text := current_setting('app.tenant');
begin
  begin
    perform from ledger_account where tenant_id = tenant and id = p_in_turn for no key update;
  exception when lock_not_available then
    null;
  end;
  return query
    with unlocked as materialized (
      select id from ledger_account where tenant_id = tenant and id = any (p_accounts) for no key update skip locked)
    select id from ledger_account where tenant_id = tenant and id = any (p_accounts) except select id from unlocked;
end
$$;
