-- The journal and its seals are append-only for everyone but a superuser who disables the triggers, and then the hash
-- chain tells. A database without a journal (the event bus) is left as it is.
create or replace function refuse_rewriting_history() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only: % refused', tg_table_name, lower(tg_op) using errcode = 'insufficient_privilege';
end
$$;

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
