import { eq } from 'drizzle-orm'
import type { Db, Tx } from '../db/pools.ts'
import type { Id } from '../ids.ts'
import type { Money } from '../money/money.ts'
import { type Outcome, ok, refuse } from '../outcome.ts'
import { type AccountStatus, BALANCE_MINOR_MAX, type LedgerAccount, normalBalance } from './account.ts'
import { POSTING_REFUSALS } from './posting-code.ts'
import { ledgerAccount, ledgerHold } from './tables.ts'

export type NewLedgerAccount = Pick<
  LedgerAccount,
  'id' | 'normalSide' | 'currency' | 'floorMinor' | 'ownerId' | 'purpose' | 'createdAt'
>

export async function openLedgerAccount(db: Db, account: NewLedgerAccount): Promise<void> {
  await db.insert(ledgerAccount).values(account)
}

export async function findLedgerAccount(db: Db, id: Id<'led'>): Promise<LedgerAccount | undefined> {
  const [row] = await db.select(SHOWN).from(ledgerAccount).where(eq(ledgerAccount.id, id))
  return row
}

const SHOWN = {
  id: ledgerAccount.id,
  normalSide: ledgerAccount.normalSide,
  currency: ledgerAccount.currency,
  status: ledgerAccount.status,
  ownerId: ledgerAccount.ownerId,
  purpose: ledgerAccount.purpose,
  balanceMinor: ledgerAccount.balanceMinor,
  heldMinor: ledgerAccount.heldMinor,
  floorMinor: ledgerAccount.floorMinor,
  lastSequence: ledgerAccount.lastSequence,
  createdAt: ledgerAccount.createdAt,
}

const OF_ACCOUNT = { ...SHOWN, number: ledgerAccount.number }

export type AccountStatusCode = 'LEDGER_ACCOUNT_NOT_FOUND' | 'ACCOUNT_CLOSED' | 'ACCOUNT_NOT_EMPTY'

/**
 * Freezes, unfreezes or closes an account. Waits for a batch that is posting to it, and every later one sees it. Setting
 * the status that it has does nothing; a closed account stays closed, and only an empty one of which nothing is to be paid is closed.
 * One that is only to be paid may be: whoever holds that for it hears of it when it is posted.
 */
export async function setAccountStatus(
  tx: Tx,
  id: Id<'led'>,
  status: AccountStatus,
): Promise<Outcome<{ readonly hasChanged: boolean }, AccountStatusCode>> {
  const [account] = await tx.select(OF_ACCOUNT).from(ledgerAccount).where(eq(ledgerAccount.id, id)).for('no key update')
  if (account === undefined) return refuse('LEDGER_ACCOUNT_NOT_FOUND', 'There is no such account.')
  if (account.status === status) return ok({ hasChanged: false })
  if (account.status === 'CLOSED') return refuse('ACCOUNT_CLOSED', 'A closed account stays closed.')
  const isEmpty = account.balanceMinor === 0n && account.heldMinor === 0n
  if (status === 'CLOSED' && (!isEmpty || (await isPaying(tx, account.number))))
    return refuse('ACCOUNT_NOT_EMPTY', 'Only an account without a balance and without holds can be closed.')
  await tx.update(ledgerAccount).set({ status }).where(eq(ledgerAccount.id, id))
  return ok({ hasChanged: true })
}

/**
 * Whether a pending transfer debits it: one that grows by debits has nothing held for it, and could not pay any more. Looks through
 * what is open, for an index would cost every hold and accounts are seldom closed.
 */
async function isPaying(tx: Tx, number: number): Promise<boolean> {
  const holds = await tx
    .select({ id: ledgerHold.transferId })
    .from(ledgerHold)
    .where(eq(ledgerHold.debitNumber, number))
    .limit(1)
  return holds.length > 0
}

export type AccountFloorCode =
  | 'LEDGER_ACCOUNT_NOT_FOUND'
  | 'ACCOUNT_CLOSED'
  | 'CURRENCY_MISMATCH'
  | 'AMOUNT_TOO_LARGE'
  | 'LIMIT_BELOW_BALANCE'

/**
 * Says what an account must not fall below. Waits for a batch that is posting to it, and every later one sees it.
 * @param floor in its currency, on the normal side; null for no limit
 */
export async function setAccountFloor(
  tx: Tx,
  id: Id<'led'>,
  floor: Money | null,
): Promise<Outcome<{ readonly hasChanged: boolean }, AccountFloorCode>> {
  const [account] = await tx.select(SHOWN).from(ledgerAccount).where(eq(ledgerAccount.id, id)).for('no key update')
  if (account === undefined) return refuse('LEDGER_ACCOUNT_NOT_FOUND', 'There is no such account.')
  if (account.status === 'CLOSED') return refuse('ACCOUNT_CLOSED', 'A closed account stays closed.')
  if (floor !== null && floor.currency !== account.currency)
    return refuse('CURRENCY_MISMATCH', `The account is in ${account.currency}.`)
  const floorMinor = floor?.minor ?? null
  // What is available is the balance less the floor: beyond the range of balances it would fit into no column.
  if (floorMinor !== null && (floorMinor < -BALANCE_MINOR_MAX || floorMinor > BALANCE_MINOR_MAX))
    return refuse('AMOUNT_TOO_LARGE', POSTING_REFUSALS.AMOUNT_TOO_LARGE)
  if (floorMinor === account.floorMinor) return ok({ hasChanged: false })
  if (floorMinor !== null && normalBalance(account) - account.heldMinor < floorMinor)
    return refuse('LIMIT_BELOW_BALANCE', 'The account is below that already.')
  await tx.update(ledgerAccount).set({ floorMinor }).where(eq(ledgerAccount.id, id))
  return ok({ hasChanged: true })
}
