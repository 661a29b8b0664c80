import { applyLoad } from './load.ts'
import { usageOf } from './processes.ts'
import type { Stage, StartedContender } from './stage.ts'
import { createRequestBodies, customer, type Workload } from './workloads.ts'

/** What a run of one contender gave. */
export interface Measurement {
  readonly requests_per_s: number
  /** CPU time of all its threads and processes, for one request. NaN where the system does not tell. */
  readonly cpu_ms: number
  readonly p50_ms: number
  readonly p99_ms: number
  /** At the end of the run. */
  readonly rss_mib: number
  readonly fetches: number
  /** Of a hundred answers, how many lacked something: a gateway that gives up is soon done. */
  readonly failed_percent: number
  /** How much of a core it used: well below 1, something else held it up. */
  readonly busy: number
}

export interface MeasureOptions {
  readonly stage: Stage
  readonly workload: Workload
  readonly connections: number
  readonly bytes_min: number
  readonly isOver: () => (sent: number) => boolean
}

const NS_PER_MS = 1_000_000
const MIB = 1024 * 1024

let customers = 0

/** Puts one contender under load. */
export async function measure(started: StartedContender, options: MeasureOptions): Promise<Measurement> {
  const { stage, workload, connections, bytes_min } = options
  const bodyOf = createRequestBodies(workload)
  const calls = await stage.calls()
  const before = usageOf(started.process)
  const first = customers
  const { requests, failed, seconds, latency } = await applyLoad({
    url: started.url,
    connections,
    bodyOf: (n) => bodyOf(customer(first + n)),
    bytes_min,
    isOver: options.isOver(),
  })
  customers += requests
  const after = usageOf(started.process)
  const cpu_ms = after.cpu_ms - before.cpu_ms
  return {
    requests_per_s: requests / seconds,
    cpu_ms: cpu_ms / requests,
    p50_ms: latency.percentile(50) / NS_PER_MS,
    p99_ms: latency.percentile(99) / NS_PER_MS,
    rss_mib: after.rss_bytes / MIB,
    fetches: ((await stage.calls()) - calls) / requests,
    failed_percent: (failed / requests) * 100,
    busy: cpu_ms / (seconds * 1_000),
  }
}

/** Each figure's median over several runs. */
export function medianOf(runs: readonly Measurement[]): Measurement {
  const median = (of: (run: Measurement) => number): number => {
    const sorted = runs.map(of).sort((one, other) => one - other)
    return ((sorted[(sorted.length - 1) >> 1] ?? Number.NaN) + (sorted[sorted.length >> 1] ?? Number.NaN)) / 2
  }
  return {
    requests_per_s: median((run) => run.requests_per_s),
    cpu_ms: median((run) => run.cpu_ms),
    p50_ms: median((run) => run.p50_ms),
    p99_ms: median((run) => run.p99_ms),
    rss_mib: median((run) => run.rss_mib),
    fetches: median((run) => run.fetches),
    failed_percent: median((run) => run.failed_percent),
    busy: median((run) => run.busy),
  }
}

/** Over after so many seconds. */
export const forSeconds = (seconds: number) => () => {
  const end = performance.now() + seconds * 1_000
  return () => performance.now() >= end
}

/** Over after so many requests. */
export const forRequests = (requests: number) => () => (sent: number) => sent >= requests
