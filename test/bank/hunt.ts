import { setTimeout as wait } from 'node:timers/promises'
import { seededRandom } from '../../scripts/simulator/random.ts'
import { openAccounts } from './accounts.ts'
import type { Bank } from './bank.ts'
import { check } from './check/check.ts'
import { SealWitness } from './check/seal-witness.ts'
import type { Violation } from './check/violation.ts'
import { openCrew } from './crew.ts'
import { Killer } from './killer.ts'
import type { Mutant } from './mutants.ts'
import { mutate } from './mutate.ts'

const POSTING = 6
/** Calls that are answered between two looks at the books. */
const CALLS = 40
/** Broken as it is, it may answer hardly anything. What it did by then is looked at all the same. */
const ROUND_MS = 5_000
const CALL_DEADLINE_MS = 5_000
/** A mutant that is not caught in the first of them or the second escapes by more than bad luck. */
const ROUNDS_MAX = 8

export type Hunt = {
  readonly mutant: string
  /** What gave it away, the first example of each code; none where it escaped. */
  readonly caughtBy: readonly Violation[]
  /** Transfers that were sent until then. */
  readonly sent: number
  readonly duration_ms: number
}

/**
 * Lets clients work in a bank that is broken in one way, until the same checks that the honest one has passed find
 * something.
 */
export async function hunt(
  bank: Bank,
  mutant: Mutant,
  { seed, tenant, roundsMax = ROUNDS_MAX }: { seed: number; tenant: string; roundsMax?: number },
): Promise<Hunt> {
  await mutate(bank, mutant)
  const start = performance.now()
  const accounts = await openAccounts(bank.database, tenant)
  await using crew = await openCrew(bank, { accounts, seed, posting: POSTING, callDeadline_ms: CALL_DEADLINE_MS })
  const killer = new Killer(bank, crew.moments, seededRandom(seed))
  const witness = new SealWitness(bank.database)
  for (let round = 1; ; round += 1) {
    const enough = Promise.race([crew.moments.after('answered', CALLS), wait(ROUND_MS)])
    await crew.workUntil(mutant.isKilled ? enough.then(() => killer.kill('PostgreSQL, every process')) : enough)
    const { violations, asked } = await check(bank.database, { tenant, journals: await crew.journals(), witness })
    if (violations.list.length === 0 && round < roundsMax) continue
    const first = Map.groupBy(violations.list, ({ code }) => code)
    return {
      mutant: mutant.name,
      caughtBy: [...first.values()].flatMap(([violation]) => violation ?? []),
      sent: asked.counts.sent,
      duration_ms: performance.now() - start,
    }
  }
}
