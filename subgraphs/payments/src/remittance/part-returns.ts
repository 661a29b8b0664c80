import type { Db, Tx } from '@carriergraph/shared/db/pools.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import { money } from '@carriergraph/shared/money/money.ts'
import { findUnapplied, lockCase } from '../db/unapplied-money.ts'
import { isUndecided, type UnappliedCase } from '../domain/unapplied-case.ts'
import { SETTLING_ACTOR } from '../flow/change-payment.ts'
import { recordUnapplied } from '../flow/unapplied.ts'
import type { RailsConfig } from '../rails/settings.ts'
import { endCase, UNREQUESTED } from '../unapplied/change.ts'
import { clearPart } from './outlet.ts'
import type { Remittance } from './remittance.ts'

const partsOf = (all: readonly UnappliedCase[]) => all.filter(({ reason }) => reason === 'PART_RETURNED')

const sumOf = (parts: readonly UnappliedCase[]): bigint => parts.reduce((sum, { amount }) => sum + amount.minor, 0n)

const hasRefunded = ({ resolution }: UnappliedCase): boolean => resolution === 'REFUNDED'

/** The parts of a remittance that came back, each held until the transaction ends. */
export async function lockParts(tx: Tx, { id }: Pick<Remittance, 'id'>): Promise<UnappliedCase[]> {
  const parts: UnappliedCase[] = []
  for (const part of partsOf(await findUnapplied(tx, [id]))) parts.push(await lockCase(tx, part.id))
  return parts
}

/**
 * Keeps in suspense what has come back of a remittance and refunds nothing, as a case, and clears it.
 * @param returnedMinor all that has come back by now
 * @returns the case; undefined where all of that is accounted for
 */
export async function keepPart(
  tx: Tx,
  remittance: Remittance,
  returnedMinor: bigint,
  {
    parts,
    config,
    now,
  }: { readonly parts: readonly UnappliedCase[]; readonly config: RailsConfig; readonly now: Date },
): Promise<Id<'uam'> | undefined> {
  const accounted = (remittance.returnedMinor ?? 0n) + sumOf(parts.filter((part) => !hasRefunded(part)))
  const minor = returnedMinor - accounted
  if (minor <= 0n) return undefined
  const amount = money(minor, remittance.targetCurrency)
  const unapplied = {
    reference: remittance.id,
    ownerId: remittance.senderId,
    accountId: remittance.sourceAccountId,
    amount,
    direction: 'IN',
    place: 'SUSPENSE',
    reason: 'PART_RETURNED',
    correlationId: remittance.correlationId,
  } as const
  const id = await recordUnapplied(tx, unapplied, now, false)
  await clearPart(config, tx, remittance, { reference: id, amount }, now)
  return id
}

/** Whether nobody has decided on any of them: then they still count towards all that has come back. */
export const areUndecided = (parts: readonly UnappliedCase[]): boolean => parts.every(isUndecided)

/** With what has come now, the parts refund their remittance: nobody decides on them any more. */
export async function refundByParts(
  tx: Tx,
  { correlationId }: Remittance,
  parts: readonly UnappliedCase[],
  now: Date,
): Promise<void> {
  const by = { actor: SETTLING_ACTOR, correlationId, now }
  for (const part of parts) await endCase(tx, part, 'REFUNDED', by, UNREQUESTED)
}

/** The parts that refund their remittance, with what came last. */
export const findRefundingParts = async (db: Db, id: Id<'rem'>) =>
  partsOf(await findUnapplied(db, [id])).filter(hasRefunded)

/** What these are in all, in the target currency. */
export const suspendedBy = sumOf
