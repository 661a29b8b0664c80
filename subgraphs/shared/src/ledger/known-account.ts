/**
 * Runs before the first migration, which may hold a column to accounts that are there with it:
 *
 *     create trigger payment_source before insert or update of source_account_id on payment
 *       for each row execute function refuse_unknown_account('source_account_id');
 *
 * In place of a foreign key. PostgreSQL looks through all of those that point to a row whenever it changes, and every
 * transfer changes two accounts (docs/adr/0021); and each row with such a key writes its lock into the account's. Accounts
 * keep their ids and are never deleted (`sql/ledger.sql`), so that one look, without a lock, is as good.
 * The table has its schema before it, so that a temporary one of the same name does not stand in for it; a `search_path` of the
 * function's own would be set for each row.
 */
export const KNOWN_ACCOUNT_FUNCTION = `
  create or replace function refuse_unknown_account() returns trigger language plpgsql as $$
  declare
    account constant uuid := to_jsonb(new) ->> tg_argv[0];
  begin
    if account is not null and not exists (
      select from public.ledger_account a where a.tenant_id = new.tenant_id and a.id = account limit 1
    ) then
      raise exception '% of % names an account that is not there', tg_argv[0], tg_table_name
        using errcode = 'foreign_key_violation', constraint = tg_name, table = tg_table_name, column = tg_argv[0];
    end if;
    return new;
  end
  $$`
