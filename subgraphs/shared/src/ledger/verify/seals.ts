import type { RawSql } from '../../db/pools.ts'
import { FIRST_PREVIOUS_HASH } from '../../journal/seal.ts'
import type { FaultList } from './fault.ts'
import type { VerifyOptions } from './verify.ts'
import type { VerifyTx } from './walk.ts'

/** Seals looked at in one statement: each covers up to ten thousand rows, most of them far fewer. */
const SEALS_STEP = 20

type Row = {
  tenant: string
  ordinal: bigint
  lastXid: bigint
  hash: Uint8Array
  previousHash: Uint8Array
  isAsSealed: boolean
}

/**
 * Computes every seal anew, of one tenant or of all. Who may disable triggers can change a row and all seals after it:
 * then what the sealer has logged tells, which is kept elsewhere. @returns how many seals there are
 */
export async function walkSeals(
  sql: RawSql | VerifyTx,
  list: FaultList,
  { tenant, stepRows = SEALS_STEP, onProgress }: VerifyOptions,
): Promise<number> {
  let previous: Pick<Row, 'tenant' | 'ordinal' | 'lastXid' | 'hash'> = nothingOf(tenant ?? '')
  let seals = 0
  const limit = Math.min(stepRows, SEALS_STEP)
  for (;;) {
    const rows: Row[] = await sql<Row[]>`
      select s.tenant_id as tenant, s.ordinal, s.last_xid as "lastXid", s.hash, s.previous_hash as "previousHash",
        (d.row_count, d.hash) = (s.row_count, s.hash) as "isAsSealed"
      from (
        select *, coalesce((
          select b.last_xid from ledger_seal b where b.tenant_id = f.tenant_id and b.ordinal = f.ordinal - 1), 0) as after_xid
        from (
          select * from ledger_seal where (tenant_id, ordinal) > (${previous.tenant}, ${previous.ordinal}::bigint)
            and (${tenant ?? null}::text is null or tenant_id = ${tenant ?? null}::text)
          order by tenant_id, ordinal limit ${limit}) f) s
      cross join lateral ledger_digest(s.tenant_id, s.after_xid, s.last_xid, s.previous_hash) d
      order by 1, 2`
    for (const row of rows) {
      if (row.tenant !== previous.tenant) previous = nothingOf(row.tenant)
      const isChained =
        row.ordinal === previous.ordinal + 1n &&
        row.lastXid > previous.lastXid &&
        Buffer.compare(row.previousHash, previous.hash) === 0
      const about = `seal ${row.ordinal}`
      if (!isChained) list.add({ code: 'CHAIN_BROKEN', tenant: row.tenant, about })
      else if (!row.isAsSealed) list.add({ code: 'SEAL_BROKEN', tenant: row.tenant, about })
      previous = row
    }
    seals += rows.length
    onProgress?.({ of: 'seals', done: seals })
    if (rows.length < limit) return seals
  }
}

const nothingOf = (tenant: string) => ({ tenant, ordinal: 0n, lastXid: 0n, hash: FIRST_PREVIOUS_HASH })
