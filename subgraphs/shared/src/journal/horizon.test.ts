import { expect, it } from 'vitest'
import { openDatabase } from '../db/pools.ts'
import { silent } from '../db/tables-for-tests.ts'
import { journalDatabase } from './journal-for-tests.ts'
import { readHorizon } from './read.ts'

/** Root to leaf of the index and the row, twice over; a whole journal of the size below has hundreds. */
const PAGES_MAX = 12

it('reads a few pages to learn whether something waits, however long the journal is', async () => {
  await using opened = await journalDatabase()
  const texts: string[] = []
  const database = openDatabase({
    url: opened.test.url,
    applicationName: 'test',
    log: silent,
    observer: () => ({ statement: () => (text) => texts.push(text), transaction: (run) => run() }),
  })
  await database.sql.system`
    insert into journal (tenant_id, aggregate_type, aggregate_id, version, event_id, type, data, actor, correlation_id,
      occurred_at)
    select 'demo', 'thing', n::text, 1, gen_random_uuid(), 'thing.made', '{}', 'svc:test', 'c-1', '2026-01-01'
    from generate_series(1, 5000) n`
  texts.length = 0
  expect(await readHorizon(database.system)).toMatchObject({ isWaiting: false })
  const [text = ''] = texts
  const explained = await database.sql.system.unsafe<{ 'QUERY PLAN': string }[]>(
    `explain (analyze, buffers, format json) ${text.replaceAll('$1', '1')}`,
  )
  const plan: unknown = explained[0]?.['QUERY PLAN']
  const [{ Plan: read }] = typeof plan === 'string' ? JSON.parse(plan) : plan
  expect(read['Shared Hit Blocks'] + read['Shared Read Blocks']).toBeLessThan(PAGES_MAX)
  await database.close({ timeout_s: 1 })
})
