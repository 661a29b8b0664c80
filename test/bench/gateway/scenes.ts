import type { Row } from '../report.ts'
import { compareAnswers } from './ask.ts'
import { CONTENDERS, OURS } from './contenders/contenders.ts'
import { forRequests, forSeconds, type Measurement, measure, medianOf } from './measure.ts'
import type { Options } from './options.ts'
import type { Stage, StartedContender } from './stage.ts'
import { SMALL, WORKLOADS } from './workloads.ts'

export interface Scene {
  readonly stage: Stage
  readonly options: Options
  /** The core of the gateways. */
  readonly core: number
  readonly say: (text: string) => void
}

type Tell = (title: string, rows: readonly Row[]) => void

const LIMIT = 'by-hand'
const STOCK = 'apollo'

/** All contenders in turns, so that whatever else the machine does meets all of them. */
export async function compareContenders({ stage, options, core }: Scene, tell: Tell): Promise<void> {
  const started = await startAll(stage, core)
  for (const workload of WORKLOADS) {
    const bytes_min = await compareAnswers(started, workload)
    const common = { stage, workload, connections: options.connections, bytes_min }
    for (const one of started) await measure(one, { ...common, isOver: forSeconds(options.warmUp_s) })
    const runs = new Map<StartedContender, Measurement[]>(started.map((one) => [one, []]))
    for (let round = 0; round < options.rounds; round++)
      for (const [one, of] of runs) of.push(await measure(one, { ...common, isOver: forSeconds(options.seconds) }))
    const medians = [...runs].map(([{ contender }, of]) => ({ contender, ...medianOf(of) }))
    const cpuOf = (name: string) => medians.find(({ contender }) => contender.name === name)?.cpu_ms ?? Number.NaN
    tell(
      `${workload.name}: ${options.connections} connections, answers of ${bytes_min} bytes`,
      medians.map(({ contender, ...figures }) => ({
        gateway: contender.title,
        'CPU by hand = 1': figures.cpu_ms / cpuOf(LIMIT),
        'times stock': cpuOf(STOCK) / figures.cpu_ms,
        ...columnsOf(figures),
      })),
    )
  }
  for (const one of started) await stage.stop(one)
}

/** The small workload with fewer and with more clients at once. */
export async function growWithConnections({ stage, options, core }: Scene, tell: Tell): Promise<void> {
  if (options.growth.connections.length === 0) return
  const started = await startAll(stage, core)
  const bytes_min = await compareAnswers(started, SMALL)
  const rows: Row[] = []
  for (const connections of options.growth.connections) {
    const common = { stage, workload: SMALL, connections, bytes_min }
    for (const one of started) {
      await measure(one, { ...common, isOver: forSeconds(options.warmUp_s) })
      const figures = await measure(one, { ...common, isOver: forSeconds(options.seconds) })
      rows.push({ gateway: one.contender.title, connections, ...columnsOf(figures) })
    }
  }
  for (const one of started) await stage.stop(one)
  tell('small, by connections', rows)
}

/** This gateway as several processes on one port. They may run on all cores, beside the subgraphs and the load. */
export async function growWithWorkers({ stage, options }: Scene, tell: Tell): Promise<void> {
  const rows: Row[] = []
  for (const workers of options.growth.workers) {
    const started = await stage.start(OURS, { env: { WORKERS: String(workers) } })
    const bytes_min = await compareAnswers([started], SMALL)
    const common = { stage, workload: SMALL, connections: options.connections, bytes_min }
    await measure(started, { ...common, isOver: forSeconds(options.warmUp_s) })
    const figures = await measure(started, { ...common, isOver: forSeconds(options.seconds) })
    rows.push({ workers, ...columnsOf(figures) })
    await stage.stop(started)
  }
  if (rows.length > 0) tell('small, by workers, not pinned to a core', rows)
}

/** Memory of this gateway over a million requests. */
export async function watchMemory({ stage, options, core, say }: Scene, tell: Tell): Promise<void> {
  const started = await stage.start(OURS, { core })
  const bytes_min = await compareAnswers([started], SMALL)
  const rows: Row[] = []
  for (let part = 1; part <= 10; part++) {
    const figures = await measure(started, {
      stage,
      workload: SMALL,
      connections: options.connections,
      bytes_min,
      isOver: forRequests(100_000),
    })
    rows.push({ requests: part * 100_000, ...columnsOf(figures) })
    say(`${part * 100_000} requests: RSS ${figures.rss_mib.toFixed(0)} MiB`)
  }
  tell('small, over a million requests', rows)
}

async function startAll(stage: Stage, core: number): Promise<readonly StartedContender[]> {
  const started: StartedContender[] = []
  for (const contender of CONTENDERS)
    if (contender.missing?.() === undefined) started.push(await stage.start(contender, { core }))
  return started
}

const columnsOf = ({
  requests_per_s,
  cpu_ms,
  p50_ms,
  p99_ms,
  rss_mib,
  fetches,
  failed_percent,
  busy,
}: Measurement): Row => ({
  'requests/s': requests_per_s,
  'CPU ms/request': cpu_ms,
  'p50 ms': p50_ms,
  'p99 ms': p99_ms,
  'RSS MiB': rss_mib,
  'fetches/request': fetches,
  'failed %': failed_percent,
  'cores used': busy,
})
