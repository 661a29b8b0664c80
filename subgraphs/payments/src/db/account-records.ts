import type { TenantDb } from '@carriergraph/shared/db/pools.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import { toUuid } from '@carriergraph/shared/ids.ts'
import type { AccountStatus } from '@carriergraph/shared/ledger/account.ts'
import { sql } from 'drizzle-orm'
import { makePgArray } from 'drizzle-orm/pg-core'
import type postgres from 'postgres'

/** A transaction of one tenant's; it must see one moment, for an account and its record change together. */
export type RecordsTx = postgres.TransactionSql<{ bigint: bigint }>

/** What the journal says of an account. Null and undefined where it says nothing. */
export type AccountRecord = {
  readonly id: string
  /** Of a wallet. */
  readonly ownerId: string | null
  /** Of an account of the operator's own. */
  readonly purpose: string | null
  readonly currency: string | null
  readonly status: AccountStatus | null
  readonly hasFloor: boolean
  /** In major units; null for no limit. */
  readonly floor: string | null
}

/** What is on record of these accounts: of each its opening and its last status and floor, in one statement. */
export async function accountRecords(
  tx: RecordsTx,
  tenant: string,
  ids: readonly Id<'led'>[],
): Promise<ReadonlyMap<string, AccountRecord>> {
  const rows = await tx<AccountRecord[]>`
    select g.id, w.data ->> 'ownerId' as "ownerId", c.opened ->> 'purpose' as purpose,
      coalesce(w.data, c.opened) ->> 'currency' as currency,
      case c.status when 'ledger_account.frozen' then 'FROZEN' when 'ledger_account.closed' then 'CLOSED'
        when 'ledger_account.unfrozen' then 'ACTIVE' end as status,
      c.change is not null as "hasFloor", c.change #>> '{floor,amount}' as floor
    from unnest(${makePgArray([...ids])}::text::text[]) as g (id)
    left join lateral (
      select data from journal
      where tenant_id = ${tenant} and aggregate_type = 'wallet' and aggregate_id = g.id and version = 1 limit 1) w on true
    cross join lateral (
      select (array_agg(data) filter (where type = 'ledger_account.opened'))[1] as opened,
        (array_agg(type order by version desc) filter (
          where type in ('ledger_account.frozen', 'ledger_account.unfrozen', 'ledger_account.closed')))[1] as status,
        (array_agg(data order by version desc) filter (where type = 'ledger_account.limit_changed'))[1] as change
      from journal
      where tenant_id = ${tenant} and aggregate_type = 'ledger_account' and aggregate_id = g.id) c`
  return new Map(rows.map((row) => [row.id, row]))
}

/** Under which types the journal tells of accounts. */
const AGGREGATE_TYPES = ['wallet', 'ledger_account'] as const

/**
 * The tenants of whose accounts the journal tells, whether or not they have any. One probe of an index for each and each type,
 * however long the journal.
 * @param system the connections that see every tenant
 */
export async function tenantsOnRecord(system: TenantDb): Promise<string[]> {
  const rows = await system.execute<{ tenant: string }>(sql`
    with recursive found (tenant) as (
      select min(tenant_id) from journal
      union all
      select (select min(tenant_id) from journal where tenant_id > tenant) from found where tenant is not null)
    select tenant from found
    where exists (
      select from unnest(${makePgArray([...AGGREGATE_TYPES])}::text[]) as t (type)
      where (select min(aggregate_id) from journal where tenant_id = tenant and aggregate_type = t.type) is not null)`)
  return rows.map(({ tenant }) => tenant)
}

/** The accounts that the journal tells of, whether or not they are there, a page at a time; some of them twice. */
export async function* accountsOnRecord(tx: RecordsTx, tenant: string, stepRows: number): AsyncGenerator<string[]> {
  for (const type of AGGREGATE_TYPES) {
    let after = ''
    for (;;) {
      // One type at a time: between them lie all payments.
      const rows = await tx<{ id: string }[]>`
        select aggregate_id as id from journal
        where tenant_id = ${tenant} and aggregate_type = ${type} and aggregate_id > ${after} and version = 1
        order by aggregate_id limit ${stepRows}`
      yield rows.map(({ id }) => id)
      const last = rows.at(-1)
      if (last === undefined || rows.length < stepRows) break
      after = last.id
    }
  }
}

/** Those of these accounts that are there, by their uuids. */
export async function accountsPresent(
  tx: RecordsTx,
  tenant: string,
  ids: readonly Id<'led'>[],
): Promise<ReadonlySet<string>> {
  const rows = await tx<{ id: string }[]>`
    select a.id from unnest(${makePgArray(ids.map(toUuid))}::text::uuid[]) as g (id)
    cross join lateral (
      select id from ledger_account where tenant_id = ${tenant} and id = g.id limit 1) a`
  return new Set(rows.map(({ id }) => id))
}
