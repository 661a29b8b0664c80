import { createHistogram, type RecordableHistogram } from 'node:perf_hooks'
import { Pool } from 'undici'

export interface LoadOptions {
  readonly url: URL
  readonly connections: number
  /** The body of the nth request. */
  readonly bodyOf: (n: number) => string
  /** A shorter answer is a failure: something of it is not there. */
  readonly bytes_min: number
  /** Whether no more requests are to be sent. */
  readonly isOver: (sent: number) => boolean
}

export interface Load {
  readonly requests: number
  /** How many of them were answered by less than was asked for. */
  readonly failed: number
  readonly seconds: number
  /** In nanoseconds. */
  readonly latency: RecordableHistogram
}

const HEADERS = { 'content-type': 'application/json', accept: 'application/json' }

/**
 * Keeps every connection busy with one request after the other, until it is over and all are answered.
 * @throws when a connection breaks
 */
export async function applyLoad({ url, connections, bodyOf, bytes_min, isOver }: LoadOptions): Promise<Load> {
  const pool = new Pool(url.origin, { connections, pipelining: 1, headersTimeout: 60_000, bodyTimeout: 60_000 })
  const latency = createHistogram()
  let sent = 0
  let failed = 0
  const started = performance.now()

  function request(): Promise<void> {
    const body = bodyOf(sent++)
    const began = process.hrtime.bigint()
    return new Promise((resolve, reject) => {
      let status = 0
      let bytes = 0
      pool.dispatch(
        { path: url.pathname, method: 'POST', headers: HEADERS, body },
        {
          onRequestStart: () => undefined,
          onResponseStart: (_, statusCode) => {
            status = statusCode
          },
          onResponseData: (_, chunk) => {
            bytes += chunk.length
          },
          onResponseEnd: () => {
            latency.record(process.hrtime.bigint() - began)
            if (status !== 200 || bytes < bytes_min) failed += 1
            resolve()
          },
          onResponseError: (_, error) => reject(error),
        },
      )
    })
  }

  async function keepAsking(): Promise<void> {
    while (!isOver(sent)) await request()
  }

  try {
    await Promise.all(Array.from({ length: connections }, keepAsking))
    return { requests: sent, failed, seconds: (performance.now() - started) / 1_000, latency }
  } finally {
    await pool.destroy()
  }
}
