import type { TenantDb, Tx } from '@carriergraph/shared/db/pools.ts'
import { type Id, toUuid } from '@carriergraph/shared/ids.ts'
import type { Provenance } from '@carriergraph/shared/journal/provenance.ts'
import { formatAmount, money } from '@carriergraph/shared/money/money.ts'
import { type Outcome, ok, refuse } from '@carriergraph/shared/outcome.ts'
import { whileReconciled } from './db/account-lock.ts'
import { type AwaitedMovement, findMovementsToMatch } from './db/expected-movements.ts'
import { findAccountsOfItems, findItemsToChange } from './db/items.ts'
import type { LockedItem } from './item.ts'
import type { MatchResult } from './matching/result.ts'
import { carryOut } from './run-reconciliation.ts'

/** Cases that one person looks at together. */
export const CASES_MAX = 100

export type HandMatchCode =
  | 'ACCOUNT_BUSY'
  | 'CASE_NOT_FOUND'
  | 'CASE_NOT_OPEN'
  | 'CASE_ALREADY_TOLD'
  | 'MOVEMENT_NOT_FOUND'
  | 'MOVEMENT_NOT_AWAITED'
  | 'ACCOUNT_MISMATCH'
  | 'CURRENCY_MISMATCH'
  | 'DIRECTION_MISMATCH'
  | 'AMOUNTS_DIFFER'

export type HandMatch = {
  readonly caseIds: readonly Id<'rci'>[]
  /** Movements that are awaited still, and so in no case. */
  readonly movementIds: readonly Id<'exm'>[]
}

/**
 * Joins what a person says belongs together: whole cases, of one account, currency and direction, whose lines sum to what
 * was expected less a fee within the declared ones. Of both directions are only entries, or expectations, that take each
 * other back. A line that tells what another message told explains nothing. The cases are resolved, and suspense is released.
 * @returns the id of the item in which they are matched
 */
export async function matchByHand(
  db: TenantDb,
  { caseIds, movementIds }: HandMatch,
  provenance: Provenance,
): Promise<Outcome<Id<'rci'>, HandMatchCode>> {
  const ids = [...new Set(caseIds)]
  return whileReconciled(db, await findAccountsOfItems(db, ids), async (tx) => {
    const items = await openItems(tx, ids)
    if (!items.ok) return items
    const movements = await findMovementsToMatch(tx, [...new Set(movementIds)])
    const joined = join(items.value, movements, movementIds)
    if (!joined.ok) return joined
    const [first] = items.value
    if (first === undefined) throw new Error('A match by hand of no case.')
    const closed = items.value.map((item) => ({ item, resolution: 'BY_HAND' as const }))
    const plan = { created: [joined.value], closed, freedExpectedIds: [] }
    const [id] = await carryOut(tx, { id: first.runId, account: first.account }, plan, provenance)
    if (id === undefined) throw new Error('A match by hand has no item.')
    return ok(id)
  })
}

async function openItems(
  tx: Tx,
  ids: readonly Id<'rci'>[],
): Promise<Outcome<LockedItem[], 'CASE_NOT_FOUND' | 'CASE_NOT_OPEN'>> {
  const items = await findItemsToChange(tx, ids)
  const missing = ids.find((id) => !items.some((item) => item.id === id))
  if (missing !== undefined) return refuse('CASE_NOT_FOUND', `There is no case ${missing}.`, ['caseIds'])
  const done = items.find(({ state }) => state !== 'OPEN')
  if (done !== undefined) return refuse('CASE_NOT_OPEN', `${done.id} is not open: it is ${done.state}.`, ['caseIds'])
  return ok(items)
}

function join(
  items: readonly LockedItem[],
  movements: readonly AwaitedMovement[],
  movementIds: readonly Id<'exm'>[],
): Outcome<MatchResult, HandMatchCode> {
  const told = items.find(({ rule }) => rule === 'ALSO_NOTIFIED')
  if (told !== undefined)
    return refuse('CASE_ALREADY_TOLD', `What ${told.id} tells was told by another message: it moved once.`, ['caseIds'])
  const missing = movementIds.find((id) => !movements.some((movement) => movement.id === id))
  if (missing !== undefined)
    return refuse('MOVEMENT_NOT_FOUND', `There is no expected movement ${missing}.`, ['expectedMovementIds'])
  const taken = movements.find(({ itemId }) => itemId !== null)
  if (taken !== undefined)
    return refuse('MOVEMENT_NOT_AWAITED', `${taken.id} is in a case, or is matched.`, ['expectedMovementIds'])
  const all = [...items, ...movements]
  if (differ(all, ({ account }) => account))
    return refuse('ACCOUNT_MISMATCH', 'They are of several bank accounts.', ['caseIds'])
  if (differ(all, ({ currency }) => currency))
    return refuse('CURRENCY_MISMATCH', 'They are in several currencies.', ['caseIds'])
  const came = items.flatMap(({ linesMinor }) => (linesMinor === 0n ? [] : [linesMinor]))
  const wanted = [
    ...items.flatMap(({ expectedMinor }) => (expectedMinor === 0n ? [] : [expectedMinor])),
    ...movements.map(({ amountMinor }) => amountMinor),
  ]
  if (differ([...came, ...wanted], (minor) => minor > 0n) && !cancelOut(came, wanted))
    return refuse('DIRECTION_MISMATCH', 'Some came in, and some went out.', ['caseIds'])
  return sumUp(items, movements)
}

/** Entries that take each other back, without anything expected; or the other way round. */
const cancelOut = (came: readonly bigint[], wanted: readonly bigint[]): boolean =>
  (came.length === 0 || wanted.length === 0) && [...came, ...wanted].reduce((sum, minor) => sum + minor, 0n) === 0n

const differ = <T, V>(all: readonly T[], read: (one: T) => V): boolean => new Set(all.map(read)).size > 1

function sumUp(
  items: readonly LockedItem[],
  movements: readonly AwaitedMovement[],
): Outcome<MatchResult, 'AMOUNTS_DIFFER'> {
  const sum = <T>(all: readonly T[], read: (one: T) => bigint) => all.reduce((total, one) => total + read(one), 0n)
  const linesMinor = sum(items, (item) => item.linesMinor)
  const expectedMinor = sum(items, (item) => item.expectedMinor) + sum(movements, ({ amountMinor }) => amountMinor)
  const feeMaxMinor = sum(items, (item) => item.feeMaxMinor) + sum(movements, ({ feeMinor }) => feeMinor)
  const [{ currency }] = items as [LockedItem]
  const feeMinor = expectedMinor - linesMinor
  if (feeMinor < 0n || feeMinor > feeMaxMinor) {
    const difference = `${formatAmount(money(-feeMinor, currency))} ${currency}`
    return refuse('AMOUNTS_DIFFER', `The lines differ from what was expected by ${difference}.`, ['caseIds'])
  }
  return ok({
    status: 'MATCHED',
    rule: 'BY_HAND',
    currency,
    lines: items.flatMap(({ lineIds }) => lineIds),
    expected: [...items.flatMap(({ expectedIds }) => expectedIds), ...movements.map(({ id }) => toUuid(id))],
    linesMinor,
    expectedMinor,
    feeMinor,
    feeMaxMinor,
    differenceMinor: 0n,
  })
}
