import { randomUUID } from 'node:crypto'
import type { Clock } from '@carriergraph/shared/clock.ts'
import { faultText } from '@carriergraph/shared/command/fault.ts'
import { FileFault } from '@carriergraph/shared/command/files/fault.ts'
import { openRejectsFile } from '@carriergraph/shared/command/files/rejects-file.ts'
import { createReport } from '@carriergraph/shared/command/files/report.ts'
import { openSource } from '@carriergraph/shared/command/files/source.ts'
import { type ExitCode, runCommand } from '@carriergraph/shared/command/run-command.ts'
import { openServiceDatabase } from '@carriergraph/shared/command/service-database.ts'
import type { Surroundings } from '@carriergraph/shared/command/surroundings.ts'
import { chargeUsage } from '../db/charge-usage.ts'
import { type IngestArguments, readArguments, USAGE } from './arguments.ts'
import { emptySummary, type IngestSummary, ingestCdrs } from './ingest.ts'
import { summaryText } from './report.ts'

export type IngestSurroundings = Surroundings & {
  readonly clock: Clock
  /** Aborted when the run shall end after the batch in hand. */
  readonly signal?: AbortSignal
}

/** `pnpm usage:ingest`: see USAGE. Rejected lines, progress and faults go to stderr, the summary to stdout. */
export function usageIngest(argv: readonly string[], surroundings: IngestSurroundings): Promise<ExitCode> {
  return runCommand(argv, surroundings, {
    usage: USAGE,
    readArguments,
    run: (options) => runAndSum(options, surroundings),
  })
}

async function runAndSum(options: IngestArguments, surroundings: IngestSurroundings): Promise<ExitCode> {
  const { stdout, stderr, clock } = surroundings
  const summary = emptySummary()
  const began_ms = clock().getTime()
  const fault = await ingest(options, summary, surroundings).then(
    () => undefined,
    (error: unknown) => error,
  )
  stdout.write(summaryText(summary, (clock().getTime() - began_ms) / 1_000))
  if (fault === undefined) return summary.rejected > 0 ? 2 : 0
  stderr.write(`${faultText(fault)}\n`)
  if (summary.lines > 0) stderr.write('What was charged stays charged: run the same command again for the rest.\n')
  return 1
}

async function ingest(
  { file, tenant, format, batchSize, rejects }: IngestArguments,
  summary: IngestSummary,
  surroundings: IngestSurroundings,
): Promise<void> {
  const { stderr, clock, signal } = surroundings
  await using resources = new AsyncDisposableStack()
  const source = await openSource(file, format)
  resources.defer(() => source.close())
  const database = await openServiceDatabase(BILLING, surroundings)
  resources.defer(() => database.close({ timeout_s: CLOSE_TIMEOUT_S }))
  const rejectsFile = rejects === undefined ? undefined : await openRejectsFile(rejects, file)
  resources.defer(async () => rejectsFile?.close())
  const report = createReport(stderr, source, clock, 'charged')
  resources.defer(() => report.stop())
  const correlationId = randomUUID()
  const db = database.forTenant(tenant)
  await ingestCdrs(source, summary, {
    batchSize,
    clock,
    async charge(batch) {
      if (signal?.aborted) throw new FileFault('INTERRUPTED', 'The run was interrupted.')
      return chargeUsage(db, batch, { now: clock(), actor: 'svc:usage-ingest', correlationId })
    },
    async onBatch(rejected, contentBytes) {
      for (const line of rejected) report.rejected(line)
      await rejectsFile?.append(rejected)
      report.progress({ ...summary, done: summary.charged, contentBytes })
    },
  })
}

const BILLING = { service: 'billing', command: 'usage-ingest', table: 'usage_record' } as const

/** How long to wait for the last statement. */
const CLOSE_TIMEOUT_S = 5
