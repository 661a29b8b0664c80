import { randomUUID } from 'node:crypto'
import type { Clock } from '@carriergraph/shared/clock.ts'
import { type ExitCode, runCommand } from '@carriergraph/shared/command/run-command.ts'
import { openServiceDatabase } from '@carriergraph/shared/command/service-database.ts'
import type { Output, Surroundings } from '@carriergraph/shared/command/surroundings.ts'
import { SingleBar } from 'cli-progress'
import type { Topology } from '../domain/topology.ts'
import { type ParsedFile, parseTopologyFile } from '../domain/topology-file.ts'
import { type ImportReport, ITEMS_MAX, importTopologies } from '../flow/import-topology.ts'
import { type ImportArguments, readArguments, USAGE } from './arguments.ts'
import { ImportFault, interruption } from './fault.ts'
import { faultLine, itemsOf, reportText } from './report.ts'
import { textOf } from './source.ts'

export type ImportSurroundings = Surroundings & { readonly clock: Clock }

/** Less is done before a bar could be seen. */
const BAR_ITEMS_MIN = 500
/** How long to wait for the last statement. */
const CLOSE_TIMEOUT_S = 5
const NETWORK = { service: 'network', command: 'topology-import', table: 'link_end' } as const

/** `pnpm topology:import`: see USAGE. Progress and faults go to stderr, what was done to stdout. */
export function topologyImport(argv: readonly string[], surroundings: ImportSurroundings): Promise<ExitCode> {
  return runCommand(argv, surroundings, { usage: USAGE, readArguments, run: (options) => run(options, surroundings) })
}

async function run(options: ImportArguments, surroundings: ImportSurroundings): Promise<ExitCode> {
  const { stdout, stderr } = surroundings
  const file = parseTopologyFile(await textOf(options.file))
  if (!file.ok) return refuseFile(file, stderr)
  stdout.write(reportText(await importInto(options, wanted(file.topologies, options), surroundings)))
  return 0
}

type FaultyFile = Extract<ParsedFile, { readonly ok: false }>

function refuseFile({ faults, more }: FaultyFile, stderr: Output): ExitCode {
  const rest = more === 0 ? '' : `and ${more} more\n`
  stderr.write(`Nothing was imported; the file is faulty:\n${faults.map(faultLine).join('')}${rest}`)
  return 2
}

function wanted(topologies: readonly Topology[], { only }: ImportArguments): readonly Topology[] {
  if (only === undefined) return topologies
  const chosen = topologies.filter(({ id }) => id === only)
  if (chosen.length > 0) return chosen
  const ids = topologies.map(({ id }) => id).join(', ')
  throw new ImportFault('TOPOLOGY_UNKNOWN', `The file has no topology ${JSON.stringify(only)}. It has: ${ids}.`)
}

async function importInto(
  { tenant }: ImportArguments,
  topologies: readonly Topology[],
  surroundings: ImportSurroundings,
): Promise<ImportReport[]> {
  const { stderr, clock } = surroundings
  const total = itemsOf(topologies)
  if (total > ITEMS_MAX) {
    const message = `There are ${total} sites and links to import, and ${ITEMS_MAX} at once can be: split the file, or name one topology with --only.`
    throw new ImportFault('TOO_MANY_ITEMS', message)
  }
  const database = await openServiceDatabase(NETWORK, surroundings)
  const bar = stderr.isTTY && total >= BAR_ITEMS_MIN ? progressBar(stderr, total) : undefined
  const provenance = { actor: 'svc:topology-import', correlationId: randomUUID(), now: clock() }
  try {
    return await importTopologies(database.forTenant(tenant), topologies, provenance, (items) => bar?.update(items))
  } catch (error) {
    throw interruption(error) ?? error
  } finally {
    bar?.stop()
    await database.close({ timeout_s: CLOSE_TIMEOUT_S })
  }
}

function progressBar(stream: Output, total: number): SingleBar {
  // A run that is killed must not leave a terminal without its cursor.
  const bar = new SingleBar({
    stream,
    format: '{bar} {percentage} % · {value} of {total}',
    barsize: 24,
    hideCursor: false,
  })
  bar.start(total, 0)
  return bar
}
