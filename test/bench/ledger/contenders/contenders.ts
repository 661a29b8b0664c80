import type { Contender } from './contender.ts'
import { copyOfOneRow, copyOfThreeRows } from './copy.ts'
import { batches, groupCommit, oneCallEach } from './engine.ts'
import { naive } from './naive.ts'
import { pgbench } from './pgbench.ts'
import { twoShards } from './shards.ts'
import { shardsOnCores } from './shards-on-cores.ts'

/** Of transfers that cross, in the contender in which some do. */
const CROSSING = 0.1

/** All that stand on PostgreSQL directly, under the names that the ratios go by. */
export const CONTENDERS = {
  naiveSpread: naive(false),
  naiveHot: naive(true),
  pgbench,
  oneCallEach,
  group64: groupCommit({ inFlight: 64, isHot: false }),
  group256: groupCommit({ inFlight: 256, isHot: false }),
  group1000: groupCommit({ inFlight: 1_000, isHot: false }),
  group64Hot: groupCommit({ inFlight: 64, isHot: true }),
  group256Hot: groupCommit({ inFlight: 256, isHot: true }),
  group1000Hot: groupCommit({ inFlight: 1_000, isHot: true }),
  batches,
  twoShards: twoShards(0),
  twoShardsCrossing: twoShards(CROSSING),
  oneShardOnACore: shardsOnCores(1),
  twoShardsOnCores: shardsOnCores(2),
  copyThree: copyOfThreeRows,
  copyOne: copyOfOneRow,
} as const satisfies Record<string, Contender>

export type ContenderName = keyof typeof CONTENDERS
