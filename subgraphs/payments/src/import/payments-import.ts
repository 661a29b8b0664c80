import type { Clock } from '@carriergraph/shared/clock.ts'
import { faultText } from '@carriergraph/shared/command/fault.ts'
import { FileFault } from '@carriergraph/shared/command/files/fault.ts'
import { openRejectsFile } from '@carriergraph/shared/command/files/rejects-file.ts'
import { createReport } from '@carriergraph/shared/command/files/report.ts'
import { openSource } from '@carriergraph/shared/command/files/source.ts'
import { type ExitCode, runCommand } from '@carriergraph/shared/command/run-command.ts'
import type { Surroundings } from '@carriergraph/shared/command/surroundings.ts'
import { type ImportArguments, readArguments, USAGE } from './arguments.ts'
import { ImportFault } from './fault.ts'
import { sendTo } from './graph.ts'
import { emptySummary, type ImportSummary, importPayments, summaryText } from './import-payments.ts'

export type ImportSurroundings = Pick<Surroundings, 'env' | 'stdout' | 'stderr'> & {
  readonly clock: Clock
  /** Aborted when the run shall end after the batch in hand. */
  readonly signal?: AbortSignal
}

/** `pnpm payments:import`: see USAGE. Rejected lines, progress and faults go to stderr, the summary to stdout. */
export function paymentsImport(argv: readonly string[], surroundings: ImportSurroundings): Promise<ExitCode> {
  return runCommand(argv, surroundings, {
    usage: USAGE,
    readArguments,
    run: (options) => runAndSum(options, surroundings),
  })
}

async function runAndSum(options: ImportArguments, surroundings: ImportSurroundings): Promise<ExitCode> {
  const { stdout, stderr, clock } = surroundings
  const summary = emptySummary()
  const began_ms = clock().getTime()
  const fault = await pay(options, summary, surroundings).then(
    () => undefined,
    (error: unknown) => error,
  )
  stdout.write(summaryText(summary, (clock().getTime() - began_ms) / 1_000))
  if (fault === undefined) return summary.rejected > 0 ? 2 : 0
  stderr.write(`${faultText(fault)}\n`)
  if (summary.lines > 0) stderr.write('What was paid stays paid: run the same command again for the rest.\n')
  return 1
}

async function pay(
  { file, url, format, batchSize, rejects }: ImportArguments,
  summary: ImportSummary,
  { env, stderr, clock, signal }: ImportSurroundings,
): Promise<void> {
  // Not an option: command lines are seen by everybody on the machine.
  const token = env.CARRIERGRAPH_TOKEN?.trim()
  if (!token) throw new ImportFault('TOKEN_MISSING', 'Set CARRIERGRAPH_TOKEN to a token that may pay.')
  await using resources = new AsyncDisposableStack()
  const source = await openSource(file, format)
  resources.defer(() => source.close())
  const rejectsFile = rejects === undefined ? undefined : await openRejectsFile(rejects, file)
  resources.defer(async () => rejectsFile?.close())
  const report = createReport(stderr, source, clock, 'taken')
  resources.defer(() => report.stop())
  const send = sendTo({ url, token })
  await importPayments(source, summary, {
    batchSize,
    async send(inputs) {
      if (signal?.aborted) throw new FileFault('INTERRUPTED', 'The run was interrupted.')
      return send(inputs)
    },
    async onBatch(rejected, contentBytes) {
      for (const line of rejected) report.rejected(line)
      await rejectsFile?.append(rejected)
      report.progress({ ...summary, done: summary.taken, contentBytes })
    },
  })
}
