import { accountActions } from './accounts.ts'
import type { Random } from './random.ts'
import { kpiActions } from './slices.ts'
import type { MoneyText, World } from './world.ts'

export interface KpiSample {
  latencyMs?: number
  jitterMs?: number
  packetLossRatio?: number
  downlinkBps?: number
}

export interface Usage {
  msisdn: string
  usageType: 'VOICE' | 'DATA' | 'SMS'
  /** Seconds, bytes or messages. */
  quantity: number
}

/** One thing that the simulated world does; `send.ts` knows the mutation for it. */
export type Action =
  | { kind: 'kpi'; sliceId: string; sample: KpiSample }
  | { kind: 'usage'; usage: Usage }
  | { kind: 'topUp'; walletId: string; accountId: string; amount: MoneyText }
  | { kind: 'link'; linkId: string; status: 'UP' | 'DOWN' }

export const TICK_MS = 500

const LINK_FAILURE_EVERY_TICKS = 90
const LINK_REPAIR_AFTER_TICKS = 10

/** What happens in tick `tick` (0, 1, 2 …). The same random seed, world and ticks give the same actions. */
export function actionsOf(tick: number, world: World, random: Random): Action[] {
  return [
    ...kpiActions(tick, world.slices, random),
    ...accountActions(tick, world.accounts, random),
    ...linkActions(tick, world.linkIds),
  ]
}

function linkActions(tick: number, linkIds: readonly string[]): Action[] {
  const linkId = linkIds[Math.floor(tick / LINK_FAILURE_EVERY_TICKS) % Math.max(1, linkIds.length)]
  if (linkId === undefined) return []
  const ticksLeft = LINK_FAILURE_EVERY_TICKS - 1 - (tick % LINK_FAILURE_EVERY_TICKS)
  if (ticksLeft === LINK_REPAIR_AFTER_TICKS) return [{ kind: 'link', linkId, status: 'DOWN' }]
  return ticksLeft === 0 ? [{ kind: 'link', linkId, status: 'UP' }] : []
}
