import type { Id } from '../ids.ts'
import type { CurrencyCode } from '../money/currencies.ts'

/** The side on which an account grows: DEBIT for assets and expenses, CREDIT for what is owed to others and income. */
export const NORMAL_SIDES = ['DEBIT', 'CREDIT'] as const
export type NormalSide = (typeof NORMAL_SIDES)[number]

/** FROZEN: nothing moves, only holds are released. CLOSED: empty, and for good. */
export const ACCOUNT_STATUSES = ['ACTIVE', 'FROZEN', 'CLOSED'] as const
export type AccountStatus = (typeof ACCOUNT_STATUSES)[number]

/**
 * No amount, balance or hold goes beyond it in either direction, so that the sum of any three of them is still exact in
 * 64 bits. Ten thousand times the world's money in cents.
 */
export const BALANCE_MINOR_MAX = 10n ** 18n

/** What posting decides by. Amounts in minor units of the account's currency. */
export type AccountState = {
  readonly normalSide: NormalSide
  readonly currency: CurrencyCode
  readonly status: AccountStatus
  /** Credits less debits, whatever the normal side: all balances of a currency sum to zero. */
  readonly balanceMinor: bigint
  /** What open pending transfers would take off the normal side. */
  readonly heldMinor: bigint
  /** What the balance on the normal side, less what is held, must not fall below; null for no limit. */
  readonly floorMinor: bigint | null
  /** Number of the account's last entry; 0 before the first. */
  readonly lastSequence: bigint
}

export type LedgerAccount = AccountState & {
  readonly id: Id<'led'>
  /** The typed id of whoever it belongs to; null for the operator's own. */
  readonly ownerId: string | null
  /** What it is for, as its service names it: `WALLET`. */
  readonly purpose: string
  readonly createdAt: Date
}

/** What the balance on the normal side may lose now; without a floor as much as an account can hold at all. */
export const availableMinor = (
  account: Pick<AccountState, 'normalSide' | 'balanceMinor' | 'heldMinor' | 'floorMinor'>,
): bigint => normalBalance(account) - account.heldMinor - (account.floorMinor ?? -BALANCE_MINOR_MAX)

/** The balance as its owner reads it: what was added on the normal side less what was taken from it. */
export const normalBalance = ({ normalSide, balanceMinor }: Pick<AccountState, 'normalSide' | 'balanceMinor'>) =>
  normalSide === 'CREDIT' ? balanceMinor : -balanceMinor
