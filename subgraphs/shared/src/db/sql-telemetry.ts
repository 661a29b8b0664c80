import { SpanKind } from '@opentelemetry/api'
import { Gauge, Histogram, type Registry } from 'prom-client'
import { currentSpan, runUnder } from '../telemetry/current-span.ts'
import type { Telemetry } from '../telemetry/telemetry.ts'
import { failSpan, type Tracing } from '../telemetry/tracing.ts'
import type { SqlObserver } from './observed-sql.ts'
import { postgresErrorBehind } from './sql-error.ts'

/** The connections of tenants, which serve requests, or those of the background readers. */
export type PoolKind = 'tenant' | 'system'

/** How the clients of one database are watched; undefined where nobody watches. */
export function sqlTelemetry({ tracing, registry }: Telemetry, database: string) {
  if (tracing === undefined && registry === undefined) return undefined
  const metrics = registry && sqlMetrics(registry)
  return (pool: PoolKind): SqlObserver => sqlObserver({ tracing, metrics, database, pool })
}

type ObserverParts = {
  readonly tracing: Tracing | undefined
  readonly metrics: SqlMetrics | undefined
  readonly database: string
  readonly pool: PoolKind
}

function sqlObserver({ tracing, metrics, database, pool }: ObserverParts): SqlObserver {
  const attributes = { 'db.system.name': 'postgresql', 'db.namespace': database }
  // Polling and the like is nobody's work: only what a request does is traced.
  const isTraced = () => tracing !== undefined && currentSpan()?.isRecording() === true

  return {
    statement() {
      const began_ms = performance.now()
      const parent = isTraced() ? currentSpan() : undefined
      return (text, error) => {
        const operation = operationOf(text)
        metrics?.statement(operation, outcomeOf(error), began_ms)
        if (parent === undefined) return
        const span = tracing?.start(`${operation.toUpperCase()} ${database}`, {
          kind: SpanKind.CLIENT,
          attributes: { ...attributes, 'db.operation.name': operation.toUpperCase(), 'db.query.text': text },
          parent,
          began_ms,
        })
        if (error !== undefined && span !== undefined) failSpan(span, errorType(error))
        span?.end()
      }
    },

    async transaction(run) {
      const began_ms = performance.now()
      const ended = metrics?.transactionBegan(pool)
      const span = isTraced()
        ? tracing?.start(`TRANSACTION ${database}`, {
            kind: SpanKind.CLIENT,
            attributes: { ...attributes, 'db.operation.name': 'TRANSACTION' },
          })
        : undefined
      let failure: unknown
      try {
        return await (span === undefined ? run() : runUnder(span, run))
      } catch (error) {
        failure = error
        if (span !== undefined) failSpan(span, errorType(error))
        throw error
      } finally {
        ended?.(outcomeOf(failure), began_ms)
        span?.end()
      }
    },
  }
}

/** SQLSTATE where PostgreSQL refused; else the error's own code, such as CONNECTION_CLOSED, or its class. */
function errorType(error: unknown): string {
  const fault = postgresErrorBehind(error)
  if (fault !== undefined) return fault.code
  if (!(error instanceof Error)) return 'unknown'
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}

const outcomeOf = (error: unknown): 'ok' | 'error' => (error === undefined ? 'ok' : 'error')

/** A statement's first word, of those that we send: a metric's labels must not grow with what is in a text. */
const OPERATIONS: ReadonlySet<string> = new Set(['select', 'insert', 'update', 'delete', 'with'])

function operationOf(text: string): string {
  const word = /[a-z]+/i.exec(text)?.[0].toLowerCase() ?? ''
  return OPERATIONS.has(word) ? word : 'other'
}

/** From a lookup by key to STATEMENT_TIMEOUT_MS. */
const DURATION_BUCKETS_S = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 2.5, 10]

type SqlMetrics = ReturnType<typeof sqlMetrics>

function sqlMetrics(registry: Registry) {
  const registers = [registry]
  const statements = new Histogram({
    name: 'sql_statement_duration_seconds',
    help: 'From the making of a statement, the wait for a connection included, to its last row.',
    labelNames: ['operation', 'outcome'],
    buckets: DURATION_BUCKETS_S,
    registers,
  })
  const transactions = new Histogram({
    name: 'sql_transaction_duration_seconds',
    help: 'From the wait for a connection to the commit or the rollback.',
    labelNames: ['outcome'],
    buckets: DURATION_BUCKETS_S,
    registers,
  })
  const open = new Gauge({
    name: 'sql_transactions_open',
    help: 'Transactions that have a connection or wait for one, by pool.',
    labelNames: ['pool'],
    registers,
  })
  return {
    statement: (operation: string, outcome: string, began_ms: number) =>
      statements.observe({ operation, outcome }, secondsSince(began_ms)),
    transactionBegan(pool: PoolKind) {
      open.inc({ pool })
      return (outcome: string, began_ms: number) => {
        open.dec({ pool })
        transactions.observe({ outcome }, secondsSince(began_ms))
      }
    },
  }
}

const secondsSince = (began_ms: number): number => (performance.now() - began_ms) / 1000
