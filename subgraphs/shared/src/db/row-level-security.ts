import { REFERENCE_POLICY } from '../tenancy.ts'
import type { RawSql } from './pools.ts'

type Protection = { table: string; enabled: boolean; forced: boolean; policy: boolean }

/**
 * Resolves when every table with a `tenant_id` is under forced row-level security with the tenant's policy and nothing
 * else, and the connected role is subject to it.
 * @throws Error that names the tables, or the role
 */
export async function assertRowLevelSecurity(sql: RawSql): Promise<void> {
  const [role] = await sql<{ name: string; bypasses: boolean }[]>`
    select rolname as name, rolsuper or rolbypassrls as bypasses from pg_roles where rolname = current_user`
  if (role?.bypasses !== false) {
    throw new Error(
      `The role ${role?.name} bypasses row-level security: every tenant would see every row. ` +
        'Connect as a role that is no superuser and owns only this database.',
    )
  }
  const tables = await sql.begin(async (tx) => {
    await tx.unsafe(REFERENCE_POLICY)
    // All that makes a policy what it is: the name alone could stand for "everybody sees everything".
    return tx<Protection[]>`
      with policy as (
        select format('%I.%I', schemaname, tablename)::regclass as on_table,
          to_jsonb(pg_policies) - '{schemaname,tablename}'::text[] as meaning
        from pg_policies)
      select c.oid::regclass::text as table, c.relrowsecurity as enabled, c.relforcerowsecurity as forced,
        (select count(*) = 1 and bool_and(meaning = (
            select meaning from policy where on_table = 'pg_temp.policy_reference'::regclass))
          from policy where on_table = c.oid) as policy
      from pg_attribute a
      join pg_class c on c.oid = a.attrelid and c.relkind in ('r', 'p')
      join pg_namespace n on n.oid = c.relnamespace
      where a.attname = 'tenant_id' and not a.attisdropped
        and n.nspname not in ('information_schema', 'drizzle') and n.nspname not like 'pg\_%'
      order by 1`
  })
  const faults = tables.filter(({ enabled, forced, policy }) => !(enabled && forced && policy))
  if (faults.length === 0) return
  const said = faults.map((f) => `${f.table} (enabled ${f.enabled}, forced ${f.forced}, own policy alone ${f.policy})`)
  throw new Error(
    `Row-level security by tenant is missing on: ${said.join(', ')}. Add tenantPolicy() to the table and generate a migration.`,
  )
}
