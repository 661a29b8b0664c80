/**
 * Runs before the first migration, which may make a table append-only with it:
 *
 *     create trigger append_only before update or delete or truncate on <table>
 *       for each statement execute function refuse_rewriting_history();
 *
 * It stops mistakes and statements smuggled in, not the table's owner, who could disable the trigger.
 */
export const APPEND_ONLY_FUNCTION = `
  create or replace function refuse_rewriting_history() returns trigger language plpgsql as $$
  begin
    raise exception '% is append-only: % refused', tg_table_name, lower(tg_op) using errcode = 'insufficient_privilege';
  end
  $$`
