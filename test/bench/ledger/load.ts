import { createHistogram, type RecordableHistogram } from 'node:perf_hooks'

/** Over after a time, or once each caller has called so often. */
export type Until = { readonly seconds: number } | { readonly calls: number }

export interface Load {
  readonly transfers: number
  readonly seconds: number
  /** Of calls, in nanoseconds. */
  readonly latency: RecordableHistogram
}

/**
 * Keeps so many callers busy with one call after the other, until it is over and all are answered.
 * @param call resolves with how many transfers it posted
 */
export async function applyLoad(callers: number, until: Until, call: () => Promise<number>): Promise<Load> {
  const latency = createHistogram()
  const began = performance.now()
  const end = 'seconds' in until ? began + until.seconds * 1_000 : Number.POSITIVE_INFINITY
  const calls_max = 'calls' in until ? until.calls : Number.POSITIVE_INFINITY
  let transfers = 0
  async function keepCalling(): Promise<void> {
    for (let calls = 0; calls < calls_max && performance.now() < end; calls += 1) {
      const asked = process.hrtime.bigint()
      const posted = await call()
      latency.record(process.hrtime.bigint() - asked)
      transfers += posted
    }
  }
  await Promise.all(Array.from({ length: callers }, keepCalling))
  return { transfers, seconds: (performance.now() - began) / 1_000, latency }
}
