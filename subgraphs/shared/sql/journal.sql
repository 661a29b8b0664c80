-- Version 1.

-- The journal and its seals are append-only (db/append-only.ts). The owner of a table, which is the service's role, can
-- disable its triggers; then the hash chain tells. A database without a journal (the event bus) is left as it is.
do $$
declare
  target text;
begin
  foreach target in array array['journal', 'journal_seal'] loop
    -- Created once only: doing it again would wait for every running transaction on the table.
    continue when to_regclass(target) is null
      or exists (select from pg_trigger where tgrelid = to_regclass(target) and tgname = 'append_only');
    execute format(
      'create trigger append_only before update or delete or truncate on %I
         for each statement execute function refuse_rewriting_history()', target);
  end loop;
end
$$;

-- A column's value with its length before it, so that no two different rows have the same bytes: without it ('ab', 'c')
-- and ('a', 'bc') would. NULL has the length -1 and differs from an empty text.
create or replace function journal_field(value bytea) returns bytea language sql immutable parallel safe
return case when value is null then int4send(-1) else int4send(octet_length(value)) || value end;

-- Number and hash of the rows after one place up to and including another, chained to the hash before them. The only
-- place that says what a journal row's bytes are; a change of it breaks the seals of every journal, so it stays.
-- PL/pgSQL, because it is also installed where there is no journal.
create or replace function journal_digest(
  after_xid xid8, after_seq bigint, last_xid xid8, last_seq bigint, previous_hash bytea,
  out row_count int, out hash bytea
) language plpgsql stable as $$
begin
  select count(*), sha256(previous_hash || coalesce(string_agg(sha256(
      journal_field(convert_to(j.tenant_id, 'UTF8'))
      || journal_field(convert_to(j.aggregate_type, 'UTF8'))
      || journal_field(convert_to(j.aggregate_id, 'UTF8'))
      || journal_field(int4send(j.version))
      || journal_field(xid8send(j.xid))
      || journal_field(int8send(j.seq))
      || journal_field(uuid_send(j.event_id))
      || journal_field(convert_to(j.type, 'UTF8'))
      || journal_field(convert_to(j.data::text, 'UTF8'))
      || journal_field(convert_to(j.actor, 'UTF8'))
      || journal_field(convert_to(j.correlation_id, 'UTF8'))
      || journal_field(convert_to(j.causation_id, 'UTF8'))
      || journal_field(timestamptz_send(j.occurred_at))), '' order by j.xid, j.seq), ''))
    into row_count, hash
    from journal j
    where (j.xid, j.seq) > (after_xid, after_seq) and (j.xid, j.seq) <= (last_xid, last_seq);
end
$$;
