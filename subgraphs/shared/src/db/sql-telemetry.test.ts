import { sql } from 'drizzle-orm'
import { pgTable, text } from 'drizzle-orm/pg-core'
import { Registry } from 'prom-client'
import { expect, it } from 'vitest'
import { runUnder } from '../telemetry/current-span.ts'
import { openOtlpTracing } from '../telemetry/otlp.ts'
import { createTestDatabase } from '../testing/database.ts'
import { OtlpReceiver } from '../testing/otlp-receiver.ts'
import { openDatabase } from './pools.ts'
import { sqlTelemetry } from './sql-telemetry.ts'
import { silent } from './tables-for-tests.ts'
import { inTransaction } from './transaction.ts'

const note = pgTable('note', { body: text().primaryKey() })

/** A database that is traced and measured, and the collector that its spans go to. */
async function watchedDatabase() {
  const resources = new AsyncDisposableStack()
  const collector = resources.use(await new OtlpReceiver().start())
  const test = resources.use(await createTestDatabase({ name: 'sql_telemetry' }))
  const tracing = openOtlpTracing('notes', { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint }, silent)
  const registry = new Registry()
  const observer = sqlTelemetry({ tracing, registry }, 'notes')
  const database = openDatabase({ url: test.url, applicationName: 'test', log: silent, observer })
  resources.defer(() => database.close({ timeout_s: 1 }))
  await database.sql.system`create table note (body text primary key)`
  return {
    collector,
    registry,
    database,
    db: database.forTenant('demo'),
    /** Runs `work` under a span named `work`, and returns what was recorded of it. */
    async traced(work: () => Promise<unknown>) {
      const span = tracing.start('work', { kind: 0, attributes: {}, parent: null })
      await runUnder(span, work)
      span.end()
      await tracing.stop()
      const root = await collector.span(({ name }) => name === 'work')
      return { root, spans: collector.childrenOf(root) }
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}

it('records each statement below the span of the work that made it, with its text and none of its values', async () => {
  await using watched = await watchedDatabase()
  const { db, database, collector } = watched
  const { root, spans } = await watched.traced(async () => {
    await db.insert(note).values({ body: 'a secret' })
    await db.select().from(note).where(sql`${note.body} = ${'a secret'}`)
    const condition = database.sql.system`body = ${'a secret'}`
    await database.sql.system`delete from note where ${condition}`
  })

  expect(spans.map(({ name }) => name)).toEqual(['INSERT notes', 'SELECT notes', 'DELETE notes'])
  expect(spans.map(({ attributes }) => attributes['db.query.text'])).toEqual([
    'insert into "note" ("body") values ($1)',
    'select "body" from "note" where "note"."body" = $1',
    'delete from note where body = $1',
  ])
  expect(spans.every(({ kind, traceId }) => kind === 'CLIENT' && traceId === root.traceId)).toBe(true)
  expect(collector.bodies.join()).not.toContain('a secret')
})

it('records a transaction with its statements below it, and what failed in it by SQLSTATE', async () => {
  await using watched = await watchedDatabase()
  const { db, collector } = watched
  const { spans } = await watched.traced(async () => {
    const twice = inTransaction(db, async (tx) => {
      await tx.insert(note).values({ body: 'x' })
      await tx.transaction((nested) => nested.insert(note).values({ body: 'x' }))
    })
    await expect(twice).rejects.toThrow()
  })

  const [transaction] = spans
  expect(spans.map(({ name, isError }) => [name, isError])).toEqual([['TRANSACTION notes', true]])
  const statements = transaction === undefined ? [] : collector.childrenOf(transaction)
  expect(statements.map(({ name, isError, attributes }) => [name, isError, attributes['error.type']])).toEqual([
    ['INSERT notes', false, undefined],
    ['INSERT notes', true, '23505'],
  ])
})

it('traces nothing that no request asked for, and counts it all the same', async () => {
  await using watched = await watchedDatabase()
  const { db, database, collector, registry } = watched
  await database.ping()
  await inTransaction(db, (tx) => tx.insert(note).values({ body: 'x' }))
  await db.execute(sql`select 1 / 0`).catch(() => undefined)
  const { spans } = await watched.traced(async () => undefined)

  expect(spans).toEqual([])
  expect(collector.spans).toHaveLength(1)
  const text = await registry.metrics()
  expect(text).toContain('sql_statement_duration_seconds_count{operation="insert",outcome="ok"} 1')
  expect(text).toContain('sql_statement_duration_seconds_count{operation="select",outcome="error"} 1')
  expect(text).toContain('sql_transaction_duration_seconds_count{outcome="ok"} 1')
  expect(text).toContain('sql_transactions_open{pool="tenant"} 0')
})
