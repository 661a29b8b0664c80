import { desc, eq, sql } from 'drizzle-orm'
import type { Tx } from '../db/pools.ts'
import { FIRST_PREVIOUS_HASH } from '../journal/seal.ts'
import { type SealedRange, Sealer, type SealerOptions } from '../journal/sealer.ts'
import { ledgerSeal } from './tables.ts'

/** Transfers under the seals of one step. Sealing reads them in one short transaction. */
export const SEALED_ROWS_MAX = 10_000

type Seal = typeof ledgerSeal.$inferSelect

/**
 * Chains the transfers of each tenant, by ranges of transactions that have ended. A hash at the time of posting would make
 * all postings of a tenant queue for the chain's end.
 */
export class LedgerSealer extends Sealer {
  constructor(options: SealerOptions) {
    super('ledger', sealNext, options)
  }
}

async function sealNext(tx: Tx, now: Date): Promise<SealedRange> {
  const range = await nextRange(tx)
  if (range === undefined) return { seals: [], isLast: true }
  const tenants = await tx.execute<{ tenant: string }>(
    sql`select tenant_id as tenant from ledger_transfer where xid > ${range.after}::bigint and xid <= ${range.last}::bigint
      group by 1 order by 1`,
  )
  const seals: Seal[] = []
  for (const { tenant } of tenants) seals.push(await sealTenant(tx, tenant, range.last, now))
  await tx.insert(ledgerSeal).values(seals)
  return { seals, isLast: range.isLast }
}

type Range = { readonly after: bigint; readonly last: bigint; readonly isLast: boolean }

/** The next transactions with up to SEALED_ROWS_MAX transfers, or the next one where that alone has more. */
async function nextRange(tx: Tx): Promise<Range | undefined> {
  // A table of which little is known would be read whole.
  await tx.execute(sql`set local enable_seqscan = off`)
  const [bounds] = await tx.execute<{ after: bigint; last: bigint }>(
    // Only transactions that have ended, or a row could still appear among them.
    sql`select coalesce((select max(last_xid) from ledger_seal), 0) as after,
      pg_snapshot_xmin(pg_current_snapshot())::text::bigint - 1 as last`,
  )
  if (bounds === undefined) throw new Error('PostgreSQL did not answer with its snapshot.')
  const { after, last: settled } = bounds
  if (settled <= after || (await rowsWithin(tx, after, settled)) === 0) return undefined
  let [empty, last] = [after, settled]
  // Transaction numbers are those of the whole server, so how many rows lie between two of them has to be looked for.
  for (let rows = await rowsWithin(tx, after, last); rows > SEALED_ROWS_MAX && last - empty > 1n; ) {
    const middle = (empty + last) / 2n
    const below = await rowsWithin(tx, after, middle)
    if (below === 0) empty = middle
    else [last, rows] = [middle, below]
  }
  return { after, last, isLast: last === settled }
}

/** How many transfers there are, as far as it matters. */
async function rowsWithin(tx: Tx, after: bigint, last: bigint): Promise<number> {
  const [row] = await tx.execute<{ count: number }>(
    sql`select count(*)::int as count from (
      select 1 from ledger_transfer where xid > ${after}::bigint and xid <= ${last}::bigint
      limit ${SEALED_ROWS_MAX + 1}) counted`,
  )
  return row?.count ?? 0
}

async function sealTenant(tx: Tx, tenantId: string, lastXid: bigint, sealedAt: Date): Promise<Seal> {
  const [previous] = await tx
    .select()
    .from(ledgerSeal)
    .where(eq(ledgerSeal.tenantId, tenantId))
    .orderBy(desc(ledgerSeal.ordinal))
    .limit(1)
  const previousHash = previous?.hash ?? FIRST_PREVIOUS_HASH
  const [digest] = await tx.execute<{ row_count: number; hash: Uint8Array }>(
    sql`select row_count, hash from ledger_digest(${tenantId}, ${previous?.lastXid ?? 0n}::bigint, ${lastXid}::bigint,
      ${`\\x${toHex(previousHash)}`}::text::bytea)`,
  )
  if (digest === undefined) throw new Error('ledger_digest gave no row.')
  const { row_count: rowCount, hash } = digest
  return { tenantId, ordinal: (previous?.ordinal ?? 0n) + 1n, lastXid, rowCount, hash, previousHash, sealedAt }
}

const toHex = (hash: Uint8Array): string => Buffer.from(hash).toString('hex')
