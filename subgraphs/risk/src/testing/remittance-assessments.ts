// What tests of assessed remittances ask of a stage again and again.

import { type Id, toUuid } from '@carriergraph/shared/ids.ts'
import { sql } from 'drizzle-orm'
import { expect } from 'vitest'
import { after, type RiskStage, remittanceOf } from './risk-stage.ts'

export type Assessment = {
  readonly id: string
  readonly decision: string
  readonly reasons: readonly { code: string }[]
}

export const codesOf = ({ reasons }: Assessment): string[] => reasons.map(({ code }) => code)

// Changes of a remittance: how much it is, to whom it goes, and how many days after the start it was made.
export const usd = (amount: string) => ({ amount: { amount, currency: 'USD' }, usdEquivalent: amount })
export const to = (name: string, country = 'KE') => ({ beneficiary: { name, country } })
export const day = (days: number) => ({ createdAt: after(days * 86_400_000).toISOString() })

/** The assessment of a remittance of a new verified user unless `senderId` is given. */
export async function assess(
  stage: RiskStage,
  changes: Readonly<Record<string, unknown>> = {},
  senderId?: string,
): Promise<Assessment> {
  const { assessment, errors } = await stage.assessRemittance(
    remittanceOf(senderId ?? (await stage.verifiedUser()), changes),
  )
  expect(errors).toEqual([])
  return assessment
}

/** How many rows of a table are of a remittance. */
export async function countOf(stage: RiskStage, table: string, remittanceId: Id<'rem'>): Promise<number | undefined> {
  const [row] = await stage.database.system.execute<{ count: number }>(
    sql`select count(*)::int as count from ${sql.identifier(table)} where remittance_id = ${toUuid(remittanceId)}::uuid`,
  )
  return row?.count
}
