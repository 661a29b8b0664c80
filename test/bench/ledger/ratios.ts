import type { Row } from '../report.ts'
import { CONTENDERS, type ContenderName } from './contenders/contenders.ts'
import type { Measurement } from './measure.ts'

/** What the reference asks of the whole system, and how long its answers may take. */
const WANTED_PER_S = 100_000
const WANTED_MS = { p50: 50, p95: 150, p99: 300 }
const US_PER_S = 1_000_000
const MIB = 1024 * 1024

type Measured = ReadonlyMap<ContenderName, Measurement>

/** What is compared with what, and how many times it should be. */
const AIMS: readonly (readonly [what: string, of: ContenderName, by: ContenderName, aim: string])[] = [
  ['group commit of 1,000 to naive SERIALIZABLE, spread', 'group1000', 'naiveSpread', '20'],
  ['group commit of 1,000 to naive SERIALIZABLE, hot', 'group1000Hot', 'naiveHot', '130'],
  ["group commit of 1,000 to pgbench's tpcb-like", 'group1000', 'pgbench', '6'],
  ['hot to spread, 1,000 in flight', 'group1000Hot', 'group1000', '0.9 to 1.1'],
  ['batches of 1,000 to COPY of three rows', 'batches', 'copyThree', '0.5, better 0.7'],
  ["batches of 1,000 to COPY of the engine's one row", 'batches', 'copyOne', ''],
  ['two shards to one, each on a core of its own', 'twoShardsOnCores', 'oneShardOnACore', 'near 2'],
  ['two shards to one, which has both cores as well', 'twoShards', 'group1000', ''],
  ['two shards to one, a tenth crossing', 'twoShardsCrossing', 'group1000', ''],
]

/** Of medians of one run. A contender that is missing here leaves its ratios out. */
export function ratiosOf(measured: Measured): Row[] {
  return AIMS.flatMap(([what, of, by, aim]) => {
    const [one, other] = [measured.get(of), measured.get(by)]
    if (one === undefined || other === undefined) return []
    return [
      {
        what,
        'times the transfers/s': one.transfers_per_s / other.transfers_per_s,
        aim,
        'times the transfers of a CPU second of PostgreSQL': other.postgres_us / one.postgres_us,
      },
    ]
  })
}

/** How many shards like this machine's one would post what the reference asks for, each answering in time, and at what cost. */
export function shardsFor(measured: Measured): Row[] {
  const shapes: readonly ContenderName[] = ['group64', 'group256', 'group1000', 'group1000Hot', 'batches']
  return shapes.flatMap((name) => {
    const one = measured.get(name)
    if (one === undefined) return []
    const { transfers_per_s, p50_ms, p95_ms, p99_ms, postgres_us, node_us, wal_bytes } = one
    const isInTime = p50_ms <= WANTED_MS.p50 && p95_ms <= WANTED_MS.p95 && p99_ms <= WANTED_MS.p99
    const shards = Math.ceil(WANTED_PER_S / transfers_per_s)
    return [
      {
        contender: CONTENDERS[name].title,
        'in time': isInTime ? 'yes' : 'no',
        'transfers/s of a shard': transfers_per_s,
        'shards for 100,000/s': shards,
        'cores of PostgreSQL a shard': (transfers_per_s * postgres_us) / US_PER_S,
        'cores of Node a shard': (transfers_per_s * node_us) / US_PER_S,
        'log MiB/s a shard': (transfers_per_s * wal_bytes) / MIB,
      },
    ]
  })
}
