import { randomUUID } from 'node:crypto'
import { type Database, openDatabase } from '@carriergraph/shared/db/pools.ts'
import { createLog } from '@carriergraph/shared/log.ts'
import { chargeUsage } from '../db/charge-usage.ts'
import { type IngestArguments, readArguments, USAGE } from './arguments.ts'
import { databaseUrl } from './database-url.ts'
import { IngestFault } from './fault.ts'
import { emptySummary, type IngestSummary, ingestCdrs } from './ingest.ts'
import { openRejectsFile } from './rejects-file.ts'
import { createReport, type Output, summaryText } from './report.ts'
import { openSource } from './source.ts'

/** Where the command runs. */
export type Surroundings = {
  readonly env: NodeJS.ProcessEnv
  /** Written by a local installation. */
  readonly environmentFile: URL
  readonly stdout: Output
  readonly stderr: Output
  readonly clock: () => Date
}

/** 0: every line is charged or a duplicate; 2: lines were rejected; 1: it failed. */
export type ExitCode = 0 | 1 | 2

/** `pnpm usage:ingest`: see USAGE. Rejected lines, progress and faults go to stderr, the summary to stdout. */
export async function usageIngest(argv: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
  const { stdout, stderr } = surroundings
  const read = readArguments(argv)
  if (!read.ok) {
    stderr.write(`${read.message}\n\n${USAGE}`)
    return 1
  }
  if (read.value === 'help') {
    stdout.write(USAGE)
    return 0
  }
  const summary = emptySummary()
  const began_ms = surroundings.clock().getTime()
  const fault = await ingest(read.value, summary, surroundings).then(
    () => undefined,
    (error: unknown) => error,
  )
  stdout.write(summaryText(summary, (surroundings.clock().getTime() - began_ms) / 1_000))
  if (fault === undefined) return summary.rejected > 0 ? 2 : 0
  stderr.write(`${faultText(fault)}\n`)
  if (summary.lines > 0) stderr.write('What was charged stays charged: run the same command again for the rest.\n')
  return 1
}

async function ingest(
  { file, tenant, format, batchSize, rejects }: IngestArguments,
  summary: IngestSummary,
  { env, environmentFile, stderr, clock }: Surroundings,
): Promise<void> {
  await using resources = new AsyncDisposableStack()
  const source = await openSource(file, format)
  resources.defer(() => source.close())
  const database = await openBilling(await databaseUrl(env, environmentFile))
  resources.defer(() => database.close({ timeout_s: CLOSE_TIMEOUT_S }))
  const rejectsFile = rejects === undefined ? undefined : await openRejectsFile(rejects)
  resources.defer(async () => rejectsFile?.close())
  const report = createReport(stderr, source, clock)
  resources.defer(() => report.stop())
  const correlationId = randomUUID()
  const db = database.forTenant(tenant)
  await ingestCdrs(source, summary, {
    batchSize,
    clock,
    charge: (batch) => chargeUsage(db, batch, { now: clock(), actor: 'svc:usage-ingest', correlationId }),
    async onBatch(rejected) {
      for (const line of rejected) report.rejected(line)
      await rejectsFile?.append(rejected)
      report.progress(summary)
    },
  })
}

/** @throws IngestFault where billing's tables cannot be reached */
async function openBilling(url: string): Promise<Database> {
  const log = createLog({ service: 'usage-ingest', level: 'silent' })
  const database = openDatabase({ url, applicationName: 'usage-ingest', log })
  try {
    const [row] = await database.sql.system<{ isThere: boolean }[]>`
      select to_regclass('usage_record') is not null as "isThere"`
    if (row?.isThere) return database
  } catch (error) {
    await database.close({ timeout_s: 0 })
    const reason = error instanceof Error ? error.message : String(error)
    throw new IngestFault('DATABASE_UNAVAILABLE', `Billing's database cannot be reached: ${reason}`, { cause: error })
  }
  await database.close({ timeout_s: 0 })
  throw new IngestFault('DATABASE_UNAVAILABLE', "Billing's database has no tables yet: start billing once.")
}

/** A fault in its sentence; of a bug or an outage in mid-file all there is. */
function faultText(error: unknown): string {
  if (error instanceof IngestFault) return `${error.code}: ${error.message}`
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

/** How long to wait for the last statement. */
const CLOSE_TIMEOUT_S = 5
