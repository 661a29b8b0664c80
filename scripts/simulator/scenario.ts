import { Decimal } from 'decimal.js'
import type { Random } from './random.ts'
import type { MoneyText, SimulatedAccount, SimulatedSlice, World } from './world.ts'

export interface KpiSample {
  latencyMs?: number
  jitterMs?: number
  packetLossRatio?: number
  downlinkBps?: number
}

export interface Usage {
  msisdn: string
  usageType: 'VOICE' | 'DATA' | 'SMS'
  quantity: number
}

/** One thing that the simulated world does; `main.ts` sends it to the graph. */
export type Action =
  | { kind: 'kpi'; sliceId: string; sample: KpiSample }
  | { kind: 'usage'; usage: Usage }
  | { kind: 'topUp'; walletId: string; accountId: string; amount: MoneyText }
  | { kind: 'link'; linkId: string; status: 'UP' | 'DOWN' }

/** A slice is bad for this long, in ticks: more than the 3 of 5 samples that open a violation … */
const DEGRADED_TICKS = 4
/** … once in this many ticks, of which the good ones are more than the 5 that close it. */
const SLICE_CYCLE_TICKS = 60
/** The first slice goes bad early, so that somebody who has just started sees a violation. */
const FIRST_DEGRADATION_TICK = 4
/** How long a prepaid account's cycle is, and for how much of it the account is used hard. */
const ACCOUNT_CYCLE_TICKS = 120
const HEAVY_USE_TICKS = 20
const LINK_FAILURE_EVERY_TICKS = 90
const LINK_REPAIR_AFTER_TICKS = 10
/** Sessions of ordinary and of hard use, in bytes. */
const DATA_BYTES = { from: 2_000_000, to: 40_000_000 }
const HEAVY_DATA_BYTES = { from: 150_000_000, to: 400_000_000 }
const CALL_SECONDS = { from: 5, to: 600 }
/** A top-up brings the balance this far above the threshold, in major units. */
const TOP_UP_ABOVE_THRESHOLD = 10
/** How often an account is used in a tick while nothing special happens to it. */
const QUIET_USE_RATIO = 0.1

/** What happens in tick `tick` (0, 1, 2 …). The same random seed, world and ticks give the same actions. */
export function actionsOf(tick: number, world: World, random: Random): Action[] {
  return [
    ...world.slices.map((slice, index) => kpiAction(tick, slice, index, random)),
    ...world.accounts.flatMap((account, index) => accountActions(tick, account, index, random)),
    ...linkActions(tick, world.linkIds),
  ]
}

function kpiAction(tick: number, slice: SimulatedSlice, index: number, random: Random): Action {
  const offset = Math.floor(SLICE_CYCLE_TICKS / 4) * index
  const phase = (tick + SLICE_CYCLE_TICKS * 1000 - FIRST_DEGRADATION_TICK - offset) % SLICE_CYCLE_TICKS
  return { kind: 'kpi', sliceId: slice.id, sample: sampleOf(slice.sla, phase < DEGRADED_TICKS, random) }
}

/** A sample 5 to 40 % inside each objective, or 10 to 150 % beyond it where the slice is degraded. */
function sampleOf(sla: SimulatedSlice['sla'], degraded: boolean, random: Random): KpiSample {
  const ceiling = (max: number): number =>
    round(max * (degraded ? 1.1 + 1.4 * random.fraction() : 0.6 + 0.35 * random.fraction()))
  const floor = (min: number): number =>
    Math.round(min * (degraded ? 0.3 + 0.6 * random.fraction() : 1.05 + 0.35 * random.fraction()))
  return {
    ...(sla.latencyMsMax === null ? {} : { latencyMs: ceiling(sla.latencyMsMax) }),
    ...(sla.jitterMsMax === null ? {} : { jitterMs: ceiling(sla.jitterMsMax) }),
    ...(sla.packetLossRatioMax === null ? {} : { packetLossRatio: Math.min(1, ceiling(sla.packetLossRatioMax)) }),
    ...(sla.downlinkBpsMin === null ? {} : { downlinkBps: floor(sla.downlinkBpsMin) }),
  }
}

const round = (value: number): number => Number(value.toPrecision(4))

/**
 * A prepaid account is used hard at the start of its cycle until its balance is below its threshold, and topped up at
 * the end of that time; one that is found empty when the cycle starts is topped up first. So every cycle raises an
 * alert, whatever state an earlier run has left behind.
 */
function accountActions(tick: number, account: SimulatedAccount, index: number, random: Random): Action[] {
  const phase = (tick + Math.floor(ACCOUNT_CYCLE_TICKS / 5) * index) % ACCOUNT_CYCLE_TICKS
  const prepaid = account.paymentMode === 'PREPAID'
  const low = new Decimal(account.balance.amount).lessThan(account.lowBalanceThreshold.amount)
  if (prepaid && low && (phase === 0 || phase === HEAVY_USE_TICKS)) return topUpActions(account)
  const heavy = prepaid && !low && phase < HEAVY_USE_TICKS
  if (!heavy && random.fraction() >= QUIET_USE_RATIO) return []
  return [{ kind: 'usage', usage: usageOf(account, heavy, random) }]
}

function topUpActions({ id, balance, lowBalanceThreshold, walletId }: SimulatedAccount): Action[] {
  if (walletId === null) return []
  const amount = new Decimal(lowBalanceThreshold.amount).plus(TOP_UP_ABOVE_THRESHOLD).minus(balance.amount)
  return [{ kind: 'topUp', walletId, accountId: id, amount: { amount: amount.toFixed(), currency: balance.currency } }]
}

function usageOf({ msisdn }: SimulatedAccount, heavy: boolean, random: Random): Usage {
  if (heavy) {
    return { msisdn, usageType: 'DATA', quantity: random.integer(HEAVY_DATA_BYTES.from, HEAVY_DATA_BYTES.to) }
  }
  const usageType = random.pick(['VOICE', 'DATA', 'DATA', 'SMS'] as const)
  if (usageType === 'SMS') return { msisdn, usageType, quantity: 1 }
  const range = usageType === 'VOICE' ? CALL_SECONDS : DATA_BYTES
  return { msisdn, usageType, quantity: random.integer(range.from, range.to) }
}

function linkActions(tick: number, linkIds: readonly string[]): Action[] {
  const failure = Math.floor(tick / LINK_FAILURE_EVERY_TICKS)
  const linkId = linkIds[failure % Math.max(1, linkIds.length)]
  if (linkId === undefined) return []
  const phase = tick % LINK_FAILURE_EVERY_TICKS
  if (phase === LINK_FAILURE_EVERY_TICKS - LINK_REPAIR_AFTER_TICKS - 1)
    return [{ kind: 'link', linkId, status: 'DOWN' }]
  if (phase === LINK_FAILURE_EVERY_TICKS - 1) return [{ kind: 'link', linkId, status: 'UP' }]
  return []
}
