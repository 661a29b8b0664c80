import type { Tx } from '@carriergraph/shared/db/pools.ts'
import { type Id, toUuid } from '@carriergraph/shared/ids.ts'
import { Decimal } from '@carriergraph/shared/money/decimal.ts'
import { type SQL, sql } from 'drizzle-orm'
import { remittanceAssessment } from '../../db/tables/remittance-assessment.ts'
import { isJustBelow, isUnreported, type SenderHistory } from '../history-rules.ts'
import type { RemittanceToAssess } from '../request.ts'
import { HISTORY_WINDOW_MS, THRESHOLDS } from '../thresholds.ts'

/**
 * Far above every count that is declined, so that a sender who tries a million times costs no more than others. Of more,
 * the sum is that of the latest.
 */
const REMITTANCES_READ_MAX = 1_000

type Row = {
  readonly count: number
  readonly sum: string
  readonly justBelowCount: number
  readonly justBelow: string
  readonly unreportedCount: number
  readonly unreported: string
  readonly beneficiaries: number
}

/**
 * What the sender has done around a remittance, as far as risk was asked, the remittance itself included. Call it while
 * the sender is locked.
 */
export async function senderHistory(
  tx: Tx,
  {
    senderId,
    createdAt,
    usdEquivalent,
  }: Pick<RemittanceToAssess, 'createdAt' | 'usdEquivalent'> & { senderId: Id<'usr'> },
  beneficiaryKey: string,
): Promise<SenderHistory> {
  const { structuring, linked, velocity, sum, beneficiaries, reportAboveUsd } = THRESHOLDS
  const created = sql`${createdAt.toISOString()}::timestamptz`
  const interval = (window_ms: number): SQL => sql`make_interval(secs => ${window_ms / 1_000}::int)`
  const within = (window_ms: number): SQL =>
    sql`abs(extract(epoch from remittance_created_at - ${created})) * 1000 < ${window_ms}::bigint`
  const justBelow = sql`${within(structuring.window_ms)} and usd_equivalent between ${structuring.fromUsd.toFixed()}::numeric and ${reportAboveUsd.toFixed()}::numeric`
  const unreported = sql`${within(linked.window_ms)} and usd_equivalent <= ${reportAboveUsd.toFixed()}::numeric`
  const [row] = await tx.execute<Row>(sql`
    select
      (count(*) filter (where ${within(velocity.window_ms)}))::int as count,
      coalesce(sum(usd_equivalent) filter (where ${within(sum.window_ms)} and decision <> 'DECLINE'), 0)::text as sum,
      (count(*) filter (where ${justBelow}))::int as "justBelowCount",
      coalesce(sum(usd_equivalent) filter (where ${justBelow}), 0)::text as "justBelow",
      (count(*) filter (where ${unreported}))::int as "unreportedCount",
      coalesce(sum(usd_equivalent) filter (where ${unreported}), 0)::text as unreported,
      (count(distinct beneficiary_key) filter (
        where ${within(beneficiaries.window_ms)} and beneficiary_key <> ${beneficiaryKey}
      ))::int as beneficiaries
    from (
      select usd_equivalent, decision, beneficiary_key, remittance_created_at from ${remittanceAssessment}
      where sender_id = ${toUuid(senderId)}
        and remittance_created_at > ${created} - ${interval(HISTORY_WINDOW_MS)}
        and remittance_created_at < ${created} + ${interval(HISTORY_WINDOW_MS)}
      order by remittance_created_at desc limit ${REMITTANCES_READ_MAX}
    ) near`)
  if (row === undefined) throw new Error('An aggregate without a row.')
  const own = isJustBelow(usdEquivalent) ? usdEquivalent : new Decimal(0)
  const ownUnreported = isUnreported(usdEquivalent) ? usdEquivalent : new Decimal(0)
  return {
    count: row.count + 1,
    sumUsd: new Decimal(row.sum).plus(usdEquivalent),
    justBelowCount: row.justBelowCount + (own.isZero() ? 0 : 1),
    justBelowUsd: new Decimal(row.justBelow).plus(own),
    unreportedCount: row.unreportedCount + (ownUnreported.isZero() ? 0 : 1),
    unreportedUsd: new Decimal(row.unreported).plus(ownUnreported),
    beneficiaries: row.beneficiaries + 1,
  }
}
