import cluster, { type Worker } from 'node:cluster'
import { once } from 'node:events'
import type { Service } from '@carriergraph/shared/lifecycle.ts'
import type { Log } from '@carriergraph/shared/log.ts'
import { StartupFault } from '@carriergraph/shared/startup-fault.ts'
import { passPurgesOn } from './workers-purge.ts'

export interface WorkersOptions {
  readonly count: number
  readonly log: Log
}

/** The wait before a worker that ended before it served is tried again: what keeps it from starting may pass. */
const RETRY_MS = 1_000

/**
 * This program as several processes on one port, each a whole gateway. Connections are dealt out in turn. A worker that
 * ends is replaced. Workers end with this process, however it ends.
 */
export function createWorkers({ count, log }: WorkersOptions): Service['server'] {
  const serving = new Set<Worker>()
  let isStopping = false
  passPurgesOn(serving)

  /** Throws a StartupFault when the worker ends before it serves; why, it has said itself. */
  async function startWorker(): Promise<number> {
    const worker = cluster.fork()
    const gone = new AbortController()
    worker.once('exit', () => gone.abort())
    try {
      const [{ port }] = await once(worker, 'listening', { signal: gone.signal })
      serving.add(worker)
      worker.once('exit', (code, signal) => replace(worker, code, signal))
      return port
    } catch (error) {
      throw new StartupFault('A worker ended before it served.', { cause: error })
    }
  }

  function replace(worker: Worker, code: number | null, signal: string | null): void {
    serving.delete(worker)
    if (isStopping) return
    log.error({ workerPid: worker.process.pid, code, signal }, 'a worker has ended and is replaced')
    void startAgain()
  }

  async function startAgain(): Promise<void> {
    if (isStopping) return
    try {
      await startWorker()
    } catch (err) {
      if (isStopping) return
      log.error({ err, retry_ms: RETRY_MS }, 'a worker cannot start')
      setTimeout(() => void startAgain(), RETRY_MS)
    }
  }

  return {
    async start() {
      // What keeps one from starting keeps all, and is told once.
      const port = await startWorker()
      await Promise.all(Array.from({ length: count - 1 }, startWorker))
      return { port, url: `port ${port}, ${count} workers` }
    },
    async stop() {
      isStopping = true
      const workers = Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined)
      const ended = workers.map((worker) => once(worker, 'exit'))
      for (const { process } of workers) process.kill('SIGTERM')
      await Promise.all(ended)
    },
  }
}
