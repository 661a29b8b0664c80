import { setTimeout as wait } from 'node:timers/promises'
import { seededRandom } from '../../scripts/simulator/random.ts'
import { openAccounts } from './accounts.ts'
import type { Bank } from './bank.ts'
import type { Asked } from './check/asked.ts'
import { check, type Verdict } from './check/check.ts'
import { SealWitness } from './check/seal-witness.ts'
import { type Crew, openCrew } from './crew.ts'
import { Killer, type Target } from './killer.ts'

const TENANT = 'honest'
const POSTING = 6
const PAYING = 2
const PAYERS = 12
/** Units of one call when all of them are asked for again. */
const AUDITED_AT_ONCE = 200

export type HonestRun = {
  /** After the kills, and after everything that was answered had been asked for once more. */
  readonly verdicts: readonly [Verdict, Verdict]
  readonly kills: ReadonlyMap<Target, number>
}

/** Kills whatever can be killed for a while, and then looks at what has become of everybody's money. */
export async function runHonest(
  bank: Bank,
  { seed, duration_ms }: { seed: number; duration_ms: number },
): Promise<HonestRun> {
  const accounts = await openAccounts(bank.database, TENANT, PAYERS)
  await using crew = await openCrew(bank, { accounts, seed, posting: POSTING, paying: PAYING })
  const killer = new Killer(bank, crew.moments, seededRandom(seed))
  const witness = new SealWitness(bank.database)
  const look = async () => check(bank.database, { tenant: TENANT, journals: await crew.journals(), witness })
  await crew.workUntil(killer.run(wait(duration_ms)))
  const killed = await look()
  await askAgain(crew, killed.asked)
  return { verdicts: [killed, await look()], kills: killer.kills }
}

/** What was refused must be refused again, with the same code, and what was posted must not be posted again. */
async function askAgain({ auditor }: Crew, { answered, payments }: Asked): Promise<void> {
  for (let next = 0; next < answered.length; next += AUDITED_AT_ONCE)
    await auditor.ask(answered.slice(next, next + AUDITED_AT_ONCE))
  for (const { payment } of payments.values()) await auditor.payOnce(payment)
}
