-- Every table with a tenant_id shows a connection the rows of its tenant only. Run after each migration, so that a new
-- table is protected without a line in its migration and cannot be forgotten.
--
-- FORCE, because the service owns its tables and an owner is exempt otherwise. '*' is the setting of the background
-- readers; no row may carry it as its tenant. Without the setting nothing is visible: NULL is not in any list.
-- Tables that are protected already are left alone: ALTER TABLE would wait for every running transaction on them.
do $$
declare
  target regclass;
begin
  for target in
    select a.attrelid
    from pg_attribute a
    join pg_class c on c.oid = a.attrelid and c.relkind in ('r', 'p')
    join pg_namespace n on n.oid = c.relnamespace
    where a.attname = 'tenant_id' and not a.attisdropped
      and n.nspname not in ('information_schema', 'drizzle') and n.nspname not like 'pg\_%'
      and not (c.relrowsecurity and c.relforcerowsecurity
        and exists (select from pg_policy p where p.polrelid = c.oid and p.polname = 'tenant_isolation'))
  loop
    execute format('alter table %s enable row level security, force row level security', target);
    execute format('drop policy if exists tenant_isolation on %s', target);
    execute format(
      $policy$create policy tenant_isolation on %s
        using (current_setting('app.tenant', true) in (tenant_id, '*'))
        with check (current_setting('app.tenant', true) in (tenant_id, '*') and tenant_id <> '*')$policy$,
      target);
  end loop;
end
$$;
