import { amongIds } from '@carriergraph/shared/db/among-ids.ts'
import type { Db, Tx } from '@carriergraph/shared/db/pools.ts'
import { preparedFor } from '@carriergraph/shared/db/prepared.ts'
import { unnested } from '@carriergraph/shared/db/unnested.ts'
import { type Id, toUuid } from '@carriergraph/shared/ids.ts'
import { and, asc, eq, inArray, or, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/pg-core'
import { reconciliationPosting } from '../../db/tables/reconciliation-posting.ts'
import { type ItemPosting, type POSTING_STATES, transferIdOf } from '../postings.ts'

/** Rows of one insert: each has a dozen parameters, and PostgreSQL takes 65,535. */
const BATCH = 3_000

export async function insertPostings(tx: Tx, postings: readonly ItemPosting[], createdAt: Date): Promise<void> {
  for (let at = 0; at < postings.length; at += BATCH)
    await tx
      .insert(reconciliationPosting)
      .values(postings.slice(at, at + BATCH).map((posting) => ({ ...posting, createdAt })))
}

/** Which of these items have something in suspense, or are to have it. */
export async function itemsInSuspense(tx: Tx, ids: readonly Id<'rci'>[]): Promise<ReadonlySet<Id<'rci'>>> {
  if (ids.length === 0) return new Set()
  const rows = await tx
    .select({ itemId: reconciliationPosting.itemId })
    .from(reconciliationPosting)
    .where(
      and(
        sql`${reconciliationPosting.itemId} in (select id from ${unnested({ type: 'uuid', values: ids.map(toUuid) })} as given (id))`,
        eq(reconciliationPosting.kind, 'SUSPENSE'),
      ),
    )
  return new Set(rows.map(({ itemId }) => itemId))
}

/** Of a connection that sees every tenant. */
export async function tenantsWithPendingPostings(db: Db): Promise<string[]> {
  const rows = await db
    .selectDistinct({ tenant: reconciliationPosting.tenantId })
    .from(reconciliationPosting)
    .where(eq(reconciliationPosting.state, 'PENDING'))
    .orderBy(reconciliationPosting.tenantId)
  return rows.map(({ tenant }) => tenant)
}

export type PendingPosting = ItemPosting & { readonly suspenseId: Id<'tfr'> | null }

/** A posting as it is shown. */
export type ShownPosting = Omit<ItemPosting, 'account' | 'attempt'> & {
  readonly state: (typeof POSTING_STATES)[number]
  readonly refusal: string | null
}

const postingsByItems = preparedFor((db) =>
  db
    .select({
      itemId: reconciliationPosting.itemId,
      kind: reconciliationPosting.kind,
      transferId: reconciliationPosting.transferId,
      amountMinor: reconciliationPosting.amountMinor,
      currency: reconciliationPosting.currency,
      state: reconciliationPosting.state,
      refusal: reconciliationPosting.refusal,
    })
    .from(reconciliationPosting)
    .where(amongIds(reconciliationPosting.itemId))
    .orderBy(reconciliationPosting.itemId, reconciliationPosting.createdAt, reconciliationPosting.kind)
    .prepare('postings by item'),
)

/** What the ledger is to post for these items, for each in the order in which it was decided. */
export const findPostings = (db: Db, ids: readonly Id<'rci'>[]): Promise<ShownPosting[]> =>
  postingsByItems(db).execute({ ids: ids.map(toUuid) })

/** What may be posted now, the oldest first: what takes from suspense waits until it is there. */
export async function findPendingPostings(db: Db, limit: number): Promise<PendingPosting[]> {
  const suspense = alias(reconciliationPosting, 'suspense')
  const { itemId, kind, attempt, transferId, account, amountMinor, currency, createdAt, state } = reconciliationPosting
  return db
    .select({ itemId, kind, attempt, transferId, account, amountMinor, currency, suspenseId: suspense.transferId })
    .from(reconciliationPosting)
    .leftJoin(suspense, and(eq(suspense.itemId, itemId), eq(suspense.kind, 'SUSPENSE'), eq(suspense.state, 'POSTED')))
    .where(and(eq(state, 'PENDING'), or(inArray(kind, ['SUSPENSE', 'FEE']), sql`${suspense.transferId} is not null`)))
    .orderBy(asc(createdAt), asc(itemId))
    .limit(limit)
}

export type DecidedPosting = { readonly transferId: Id<'tfr'>; readonly refusal: string | null }

/** Writes down what the ledger has said. */
export async function decidePostings(db: Db, decided: readonly DecidedPosting[], now: Date): Promise<void> {
  await db.execute(sql`
    update ${reconciliationPosting} p
    set state = case when given.refusal is null then 'POSTED' else 'REFUSED' end, refusal = given.refusal,
      decided_at = ${now.toISOString()}::timestamptz
    from ${unnested(
      { type: 'uuid', values: decided.map(({ transferId }) => toUuid(transferId)) },
      { type: 'text', values: decided.map(({ refusal }) => refusal) },
    )} as given (transfer_id, refusal)
    where p.transfer_id = given.transfer_id and p.state = 'PENDING'`)
}

/** Has what the ledger refused asked for again, under new transfer ids: the ledger's answer to the old ones stays. */
export async function retryRefusedPostings(tx: Tx, account: string): Promise<number> {
  const { itemId, kind, attempt } = reconciliationPosting
  const refused = await tx
    .select({ itemId, kind, attempt })
    .from(reconciliationPosting)
    .where(and(eq(reconciliationPosting.account, account), eq(reconciliationPosting.state, 'REFUSED')))
    .limit(RETRIED_MAX)
  for (const posting of refused) {
    const next = posting.attempt + 1
    await tx
      .update(reconciliationPosting)
      .set({
        attempt: next,
        transferId: transferIdOf(posting.itemId, posting.kind, next),
        state: 'PENDING',
        refusal: null,
        decidedAt: null,
      })
      .where(and(eq(itemId, posting.itemId), eq(kind, posting.kind)))
  }
  return refused.length
}

/** A ledger refuses where an account is frozen or closed: all of an account, or nothing. */
const RETRIED_MAX = 1_000
