// pnpm bench:ledger: transfers by the ledger engine beside what else posts them, beside the limit, over two shards and
// through the whole graph, in turns on one durable PostgreSQL. See docs/performance.md for what the columns mean.

import { loadavg } from 'node:os'
import type { Contender, RunningContender } from './ledger/contenders/contender.ts'
import { CONTENDERS, type ContenderName } from './ledger/contenders/contenders.ts'
import { startGraph } from './ledger/contenders/graph.ts'
import { type Measurement, measure, medianOf } from './ledger/measure.ts'
import { readOptions } from './ledger/options.ts'
import { ratiosOf, shardsFor } from './ledger/ratios.ts'
import { createStage, type Stage } from './ledger/stage.ts'
import { machine, type Row, tableOf, writeReport } from './report.ts'

/** When the last rounds begin, so that a busy machine, too, is done in ten minutes: a round is a minute, and verifying another. */
const TRANSFERS_WITHIN_S = 320
const GRAPH_WITHIN_S = 530

/** What a contender writes ahead, by and large. */
const LOG_MIB_PER_S = 20

const options = readOptions(process.argv.slice(2))
const load = () => loadavg()[0]?.toFixed(1)
console.log(`${machine()}, ${new Date().toISOString().slice(0, 10)}; load before it began: ${load()}`)
console.log(
  `${options.rounds} rounds of ${options.seconds} s, medians. fsync, synchronous_commit and full_page_writes on.`,
)

const rows: Row[] = []
const tell = (title: string, more: readonly Row[]): void => {
  console.log(`\n${title}\n\n${tableOf(more)}`)
  rows.push(...more.map((row) => ({ table: title, ...row })))
}

async function inTurns<Name extends string>(
  stage: Stage,
  contenders: readonly (readonly [Name, Contender])[],
  beginWithin_s: number,
): Promise<Map<Name, Measurement>> {
  await using cleanup = new AsyncDisposableStack()
  const running: (readonly [Name, RunningContender])[] = []
  for (const [name, contender] of contenders) {
    const why = contender.missing?.()
    if (why === undefined) running.push([name, cleanup.use(await contender.start(stage))])
    else console.log(`${contender.title} is left out: ${why}`)
  }
  await stage.prepareTurns(LOG_MIB_PER_S * options.rounds * options.seconds * running.length)
  const turns = new Map<Name, Measurement[]>(running.map(([name]) => [name, []]))
  for (let round = 0; round < options.rounds; round += 1) {
    if (round > 0 && performance.now() > beginWithin_s * 1_000) {
      console.log(`Medians of ${round} rounds: this machine is too busy for ${options.rounds}.`)
      break
    }
    const warmUpShare = round === 0 ? options.warmUpShare : 0
    for (const [name, contender] of running)
      turns.get(name)?.push(await measure(stage, contender, { ...options, warmUpShare }))
  }
  for (const [, contender] of running) await contender.verify?.()
  return new Map(turns.entries().map(([name, measured]) => [name, medianOf(measured)]))
}

const rowOf = (contender: string, measured: Measurement): Row => ({
  contender,
  'transfers/s': measured.transfers_per_s,
  'p50 ms': measured.p50_ms,
  'p95 ms': measured.p95_ms,
  'p99 ms': measured.p99_ms,
  'PostgreSQL µs': measured.postgres_us,
  'Node µs': measured.node_us,
  'log bytes': measured.wal_bytes,
})

async function transfers(): Promise<void> {
  await using stage = await createStage()
  const names = Object.keys(CONTENDERS) as ContenderName[]
  const measured = await inTurns(
    stage,
    names.map((name) => [name, CONTENDERS[name]] as const),
    TRANSFERS_WITHIN_S,
  )
  tell('Ratios', ratiosOf(measured))
  tell(
    'Transfers',
    [...measured].map(([name, figures]) => rowOf(CONTENDERS[name].title, figures)),
  )
  tell('What 100,000 transfers/s take', shardsFor(measured))
}

/**
 * One after the other, on a server of their own: vacuuming and sealing what others wrote would count as theirs, and they are
 * not compared.
 */
async function throughTheGraph(): Promise<void> {
  await using stage = await createStage()
  await using graph = await startGraph(stage)
  const measured: Row[] = []
  for (const contender of [graph.createPayment, graph.postTransfers])
    for (const [title, figures] of await inTurns(stage, [[contender.title, contender]], GRAPH_WITHIN_S))
      measured.push(rowOf(title, figures))
  tell('Through the graph', measured)
}

await transfers()
await throughTheGraph()
console.log(`\nLoad when it ended: ${load()}`)
if (options.json !== undefined) await writeReport(options.json, 'ledger', rows)
