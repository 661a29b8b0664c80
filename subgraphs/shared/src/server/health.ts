import type { ServerResponse } from 'node:http'
import type { Log } from '../log.ts'
import { within } from './in-flight.ts'

/** Each rejects when the service cannot work without what it asks, such as its database. */
export type ReadinessChecks = Readonly<Record<string, () => Promise<void>>>

export type Health = {
  /** Answers `/health/live` and `/health/ready`; false for every other path. */
  handle(path: string, response: ServerResponse): boolean
}

export type HealthOptions = {
  readonly checks: ReadinessChecks
  readonly isDraining: () => boolean
  readonly log: Log
  readonly check_ms_max: number
}

/** Live: the process answers. Ready: all checks pass and it is not stopping; else 503 with the names of what fails. */
export function createHealth({ checks, isDraining, log, check_ms_max }: HealthOptions): Health {
  async function passes(name: string, check: () => Promise<void>): Promise<boolean> {
    try {
      if (await within(check(), check_ms_max)) return true
      log.warn({ check: name, check_ms_max }, 'a readiness check took too long')
    } catch (err) {
      log.warn({ check: name, err }, 'a readiness check failed')
    }
    return false
  }

  async function failing(): Promise<string[]> {
    if (isDraining()) return ['draining']
    const results = await Promise.all(
      Object.entries(checks).map(async ([name, check]) => ((await passes(name, check)) ? [] : [name])),
    )
    return results.flat()
  }

  // Probes that come while the checks run share their answer, so that a flood of them is no load on the database.
  let underWay: Promise<string[]> | undefined
  function sharedFailing(): Promise<string[]> {
    underWay ??= failing().finally(() => {
      underWay = undefined
    })
    return underWay
  }

  return {
    handle(path, response) {
      if (path === '/health/live') send(response, 200, { status: 'live' })
      else if (path === '/health/ready')
        void sharedFailing().then((names) =>
          names.length === 0
            ? send(response, 200, { status: 'ready' })
            : send(response, 503, { status: 'unready', failing: names }),
        )
      else return false
      return true
    },
  }
}

const send = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
  response.end(JSON.stringify(body))
}
