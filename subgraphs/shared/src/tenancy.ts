import { sql } from 'drizzle-orm'
import { pgPolicy } from 'drizzle-orm/pg-core'

/**
 * Rows of the connection's own tenant, or every row where the connection was opened for `*`.
 *
 * A plain `current_setting('app.tenant') in (tenant_id, '*')`, with or without sub-selects, costs every list its index:
 * the planner cannot see that the second half is false, keeps the OR, and sorts the whole table for a page of twenty.
 * `reads_every_tenant()` is declared immutable, so it is folded while planning: for a tenant only
 * `tenant_id = current_setting(…)` is left, an index condition that keeps the order of `(tenant_id, …)`.
 *
 * That declaration is a lie where a session changes its `app.tenant` after a plan was cached. Hence the second check
 * behind it, at run time: whatever was folded, a session sees its tenant's rows or fewer, never another's.
 */
const VISIBLE =
  "tenant_id = current_setting('app.tenant', true) or (reads_every_tenant() and current_setting('app.tenant', true) = '*')"

/** For the second argument of every `pgTable`: enables row-level security in the generated migration. */
export const tenantPolicy = () => pgPolicy('tenant_isolation', { using: sql.raw(VISIBLE) })

/** Runs before the first migration: the policies call it. */
export const TENANCY_FUNCTION = `
  create or replace function reads_every_tenant() returns boolean
    language sql immutable parallel safe
    return coalesce(current_setting('app.tenant', true) = '*', false)`

/**
 * Runs after the migrations. Row-level security spares the owner of a table, and a service owns its tables; Drizzle
 * cannot say FORCE. One statement for all tables, so that no migration can forget it.
 */
export const FORCE_TENANCY = `
  do $$
  declare isolated regclass;
  begin
    for isolated in
      select polrelid::regclass from pg_policy join pg_class on pg_class.oid = polrelid
      where polname = 'tenant_isolation' and not relforcerowsecurity
    loop
      execute format('alter table %s force row level security', isolated);
    end loop;
  end $$`

/** The same policy on a table that the transaction forgets, to compare others with: as the server itself spells it. */
export const REFERENCE_POLICY = `
  create temporary table policy_reference (tenant_id text) on commit drop;
  create policy tenant_isolation on policy_reference using (${VISIBLE})`
