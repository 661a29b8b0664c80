import type { Clock } from '@carriergraph/shared/clock.ts'
import { CommandFault } from '@carriergraph/shared/command/fault.ts'
import { type ExitCode, runCommand } from '@carriergraph/shared/command/run-command.ts'
import { assertSafeLogin } from '@carriergraph/shared/command/safe-login.ts'
import type { Surroundings } from '@carriergraph/shared/command/surroundings.ts'
import { migrate } from '@carriergraph/shared/db/migrate.ts'
import { openDatabase } from '@carriergraph/shared/db/pools.ts'
import { CrossingResumer } from '@carriergraph/shared/ledger/crossing-resumer.ts'
import { ShardKeeper } from '@carriergraph/shared/ledger/shard-keeper.ts'
import { nameOf, openShardSet, parseShardUrls, type ShardSet } from '@carriergraph/shared/ledger/shard-set.ts'
import { type Resumed, UNDER_WAY_MS } from '@carriergraph/shared/ledger/sharded-ledger.ts'
import { firstSlotOf } from '@carriergraph/shared/ledger/slot.ts'
import { createLog, type Log } from '@carriergraph/shared/log.ts'
import { StartupFault } from '@carriergraph/shared/startup-fault.ts'
import { MIGRATIONS_FOLDER } from '../../db/migrations.ts'
import { readArguments, type ShardsArguments, USAGE } from './arguments.ts'

/** Why the shards are not opened, and what it means: `docs/errors.md` lists them. */
export const SHARDS_FAULTS = {
  SHARDS_UNKNOWN: 'LEDGER_SHARDS does not say which databases the shards are.',
  SHARDS_INVALID: 'LEDGER_SHARDS is no list of URLs of different databases of PostgreSQL.',
  SHARDS_MISPLACED: 'A database is another shard: the number or the order of shards is not what it was.',
} as const

type ShardsFaultCode = keyof typeof SHARDS_FAULTS

export type ShardsSurroundings = Surroundings & {
  readonly clock: Clock
  /** Told of seals and releases. */
  readonly log: Log
  /** Ends --watch. */
  readonly stopped: AbortSignal
  /** Resolves after that time. */
  readonly wait: (time_ms: number) => Promise<void>
}

const MS_PER_SECOND = 1_000

/** `pnpm ledger:shards`: see USAGE. What was found and done goes to stdout, faults and failures to stderr. */
export function ledgerShards(argv: readonly string[], surroundings: ShardsSurroundings): Promise<ExitCode> {
  return runCommand(argv, surroundings, { usage: USAGE, readArguments, run: (options) => look(options, surroundings) })
}

async function look({ watch: isWatching }: ShardsArguments, surroundings: ShardsSurroundings): Promise<ExitCode> {
  await using shards = await open(surroundings)
  const { stdout, clock, log } = surroundings
  const resumer = new CrossingResumer({
    shards,
    // What it ends stands on stdout.
    log: log.isLevelEnabled('warn') ? log.child({}, { level: 'warn' }) : log,
    onResumed: (tenant, { ended, waiting }) => {
      stdout.write(`${tenant}: ${ended} ended, ${waiting} waiting for an account that is not active\n`)
    },
  })
  const keeper = new ShardKeeper({ shards, clock, log })
  if (isWatching) {
    await watch([resumer, keeper], surroundings)
    return 0
  }
  try {
    const { waiting } = await resumeAll(resumer, surroundings)
    return waiting > 0 ? 2 : 0
  } finally {
    // Behind it, to seal what it ends; and also where one tenant's transfers fail.
    await keeper.runOnce()
  }
}

async function open({ env, stdout, clock }: ShardsSurroundings): Promise<ShardSet> {
  if (!env.LEDGER_SHARDS) throw new CommandFault<ShardsFaultCode>('SHARDS_UNKNOWN', SHARDS_FAULTS.SHARDS_UNKNOWN)
  const urls = parseShardUrls(env.LEDGER_SHARDS)
  if (!urls.ok) throw new CommandFault<ShardsFaultCode>(urls.code, urls.message)
  const shards = urls.value
  await Promise.all(shards.map(makeTables))
  const log = createLog({ service: 'ledger-shards', level: 'silent' })
  const opened = await openShardSet({ urls: shards, applicationName: 'ledger-shards', clock, log }).catch(
    (error: unknown) => {
      if (!(error instanceof StartupFault)) throw error
      throw new CommandFault<ShardsFaultCode>('SHARDS_MISPLACED', error.message, { cause: error })
    },
  )
  for (const [place, url] of shards.entries()) {
    const [first, end] = [firstSlotOf(place, shards.length), firstSlotOf(place + 1, shards.length)]
    stdout.write(`shard ${place} of ${shards.length}: slots ${first} to ${end - 1}, ${nameOf(url)}\n`)
  }
  return opened
}

/** Not before the login is looked at: tables that a superuser made would not be the role's. */
async function makeTables(url: string, place: number): Promise<void> {
  const database = openDatabase({
    url,
    applicationName: 'ledger-shards',
    log: createLog({ service: 'ledger-shards', level: 'silent' }),
  })
  try {
    await assertSafeLogin(database.sql.system, `Shard ${place}, ${nameOf(url)},`)
  } finally {
    await database.close({ timeout_s: 0 })
  }
  await migrate({ url, migrationsFolder: MIGRATIONS_FOLDER })
}

/** Until a pass finds nothing that it can end, and what somebody was at when it began has had its time. */
async function resumeAll(
  resumer: CrossingResumer,
  { stdout, wait }: Pick<ShardsSurroundings, 'stdout' | 'wait'>,
): Promise<Resumed> {
  let hasWaited = false
  for (;;) {
    const resumed = await resumer.runOnce()
    if (resumed.ended > 0) continue
    // What is young after the wait was begun during it: there is always something where others post.
    if (resumed.underWay === 0 || hasWaited) return resumed
    stdout.write(`${resumed.underWay} may still be under way: waiting ${UNDER_WAY_MS / MS_PER_SECOND} seconds\n`)
    await wait(UNDER_WAY_MS)
    hasWaited = true
  }
}

async function watch(
  workers: readonly Pick<ShardKeeper, 'start' | 'stop'>[],
  { stopped }: Pick<ShardsSurroundings, 'stopped'>,
): Promise<void> {
  for (const worker of workers) worker.start()
  if (!stopped.aborted) await new Promise((resolve) => stopped.addEventListener('abort', resolve, { once: true }))
  await Promise.all(workers.map((worker) => worker.stop()))
}
