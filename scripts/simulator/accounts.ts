import { Decimal } from 'decimal.js'
import type { Random } from './random.ts'
import type { Action, Usage } from './scenario.ts'
import type { SimulatedAccount } from './world.ts'

/** In its turn an account is used hard until an alert is raised, and topped up at the end. */
const TURN_TICKS = 14
/** The first turns follow one another, so that whoever has just started sees an alert at any time … */
const OPENING_TURNS = 5
/** … after that one in so many is somebody's, since nothing fills the wallets again. */
const LATER_TURNS_APART = 4
/** Kept in each wallet for the opening of later runs, in major units. */
const RESERVE = 100
/** A top-up brings the amount available this far above the threshold, in major units. */
const TOP_UP_ABOVE_THRESHOLD = 2
/** Hard use takes this share of what is left above the threshold, and these bytes at the least, so that it gets there. */
const HARD_USE_SHARE = { from: 0.5, to: 0.8 }
const HARD_USE_BYTES = { from: 50_000_000, to: 150_000_000 }
/** How often an account is used in a tick while it is nobody's turn or another's. */
const QUIET_USE_RATIO = 0.1
const QUIET_USE = {
  VOICE: { from: 5, to: 60 },
  DATA: { from: 500_000, to: 5_000_000 },
  SMS: { from: 1, to: 1 },
} as const

/** Use and top-ups of the accounts. One whose amount available is below its threshold is not used until it is topped up. */
export function accountActions(tick: number, accounts: readonly SimulatedAccount[], random: Random): Action[] {
  const turn = Math.floor(tick / TURN_TICKS)
  const phase = tick % TURN_TICKS
  const reserve = turn < OPENING_TURNS ? 0 : RESERVE
  const isSomebodys = turn < OPENING_TURNS || turn % LATER_TURNS_APART === 0
  const playable = accounts.filter((account) => !isLow(account) || canTopUp(account, reserve))
  // Counted without the turns that are nobody's, else the same accounts would always be passed over.
  const count = turn < OPENING_TURNS ? turn : Math.floor(turn / LATER_TURNS_APART)
  const inTurn = isSomebodys ? playable[count % Math.max(1, playable.length)] : undefined
  return accounts.flatMap((account) => {
    if (account === inTurn) return turnActions(account, phase, reserve, random)
    return isLow(account) || random.fraction() >= QUIET_USE_RATIO ? [] : [quietUse(account, random)]
  })
}

/** An account that an earlier run left low is topped up first, so that every turn raises an alert. */
function turnActions(account: SimulatedAccount, phase: number, reserve: number, random: Random): Action[] {
  if (!isLow(account)) return [hardUse(account, random)]
  const isTopUpTime = phase === 0 || phase === TURN_TICKS - 1
  if (!isTopUpTime || account.wallet === null || !canTopUp(account, reserve)) return []
  const amount = { amount: topUpAmount(account).toFixed(), currency: account.balance.currency }
  return [{ kind: 'topUp', walletId: account.wallet.id, accountId: account.id, amount }]
}

/** How much is available above the threshold; negative when it is below. */
const headroom = ({ balance, creditLimit, lowBalanceThreshold }: SimulatedAccount): Decimal =>
  new Decimal(balance.amount).plus(creditLimit.amount).minus(lowBalanceThreshold.amount)

const isLow = (account: SimulatedAccount): boolean => headroom(account).isNegative()

const topUpAmount = (account: SimulatedAccount): Decimal => headroom(account).negated().plus(TOP_UP_ABOVE_THRESHOLD)

const canTopUp = (account: SimulatedAccount, reserve: number): boolean =>
  account.wallet !== null && topUpAmount(account).plus(reserve).lessThanOrEqualTo(account.wallet.balance.amount)

function hardUse(account: SimulatedAccount, random: Random): Action {
  const { msisdn, dataRate } = account
  const least = random.integer(HARD_USE_BYTES.from, HARD_USE_BYTES.to)
  const share = HARD_USE_SHARE.from + (HARD_USE_SHARE.to - HARD_USE_SHARE.from) * random.fraction()
  const bytes =
    dataRate === null ? 0 : headroom(account).times(share).div(dataRate.pricePerBlock).times(dataRate.blockSize)
  return use({ msisdn, usageType: 'DATA', quantity: Decimal.max(least, bytes).floor().toNumber() })
}

function quietUse({ msisdn }: SimulatedAccount, random: Random): Action {
  const usageType = random.pick(['VOICE', 'DATA', 'DATA', 'SMS'] as const)
  const { from, to } = QUIET_USE[usageType]
  return use({ msisdn, usageType, quantity: random.integer(from, to) })
}

const use = (usage: Usage): Action => ({ kind: 'usage', usage })
