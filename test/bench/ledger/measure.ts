import type { RunningContender } from './contenders/contender.ts'
import type { Stage } from './stage.ts'
import { cpuOf } from './usage.ts'

/** Behind the turns of others, for connections that were idle. */
const WARM_UP_S = 0.3
const NS_PER_MS = 1_000_000
const US_PER_MS = 1_000

/** What a turn of one contender gave; CPU and log are for one transfer. */
export interface Measurement {
  readonly transfers_per_s: number
  readonly p50_ms: number
  readonly p95_ms: number
  readonly p99_ms: number
  readonly postgres_us: number
  readonly node_us: number
  readonly wal_bytes: number
}

/** @param warmUpShare of what the contender asks for before its first turn; 0 for the others */
export async function measure(
  stage: Stage,
  contender: RunningContender,
  { seconds, warmUpShare }: { readonly seconds: number; readonly warmUpShare: number },
): Promise<Measurement> {
  await contender.load({ seconds: Math.max(WARM_UP_S, (contender.warmUp_s ?? 0) * warmUpShare) })
  const wal = await stage.walBytes()
  const [postgres_ms, node_ms] = [cpuOf([stage.pid]), nodeCpu(contender)]
  const { transfers, seconds: took, latency } = await contender.load({ seconds })
  return {
    transfers_per_s: transfers / took,
    p50_ms: latency.percentile(50) / NS_PER_MS,
    p95_ms: latency.percentile(95) / NS_PER_MS,
    p99_ms: latency.percentile(99) / NS_PER_MS,
    postgres_us: ((cpuOf([stage.pid]) - postgres_ms) / transfers) * 1_000,
    node_us: ((nodeCpu(contender) - node_ms) / transfers) * 1_000,
    wal_bytes: Number((await stage.walBytes()) - wal) / transfers,
  }
}

function nodeCpu({ runsIn = 'here' }: RunningContender): number {
  if (runsIn === 'elsewhere') return Number.NaN
  if (runsIn !== 'here') return cpuOf(runsIn)
  // Not by its pid: PostgreSQL is a child of this process.
  const { user, system } = process.cpuUsage()
  return (user + system) / US_PER_MS
}

/** Each figure's median over several turns. */
export function medianOf(turns: readonly Measurement[]): Measurement {
  const median = (of: (turn: Measurement) => number): number => {
    const sorted = turns.map(of).sort((one, other) => one - other)
    return ((sorted[(sorted.length - 1) >> 1] ?? Number.NaN) + (sorted[sorted.length >> 1] ?? Number.NaN)) / 2
  }
  return {
    transfers_per_s: median((turn) => turn.transfers_per_s),
    p50_ms: median((turn) => turn.p50_ms),
    p95_ms: median((turn) => turn.p95_ms),
    p99_ms: median((turn) => turn.p99_ms),
    postgres_us: median((turn) => turn.postgres_us),
    node_us: median((turn) => turn.node_us),
    wal_bytes: median((turn) => turn.wal_bytes),
  }
}
