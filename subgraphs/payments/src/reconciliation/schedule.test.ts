import { createLog } from '@carriergraph/shared/log.ts'
import { ok } from '@carriergraph/shared/outcome.ts'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { silent } from '../testing/payments-database.ts'
import {
  ACCOUNT,
  type ReconciliationStage,
  setReconciliationStage,
  TODAY,
  ZONE,
} from '../testing/reconciliation-stage.ts'
import { whileReconciled } from './db/account-lock.ts'
import { WAITING_MAX } from './db/account-turns.ts'
import { createDailyReconciliation, dueDay } from './schedule.ts'

let stage: ReconciliationStage
beforeEach(async () => {
  stage = await setReconciliationStage()
})
afterEach(() => stage[Symbol.asyncDispose]())

const daily = (hour = 6) =>
  createDailyReconciliation({ database: stage.database, clock: stage.clock, log: silent, hour, timeZone: ZONE })
const runs = () => stage.database.sql.system`
  select tenant_id as tenant, account, day::text, revision from reconciliation_run order by 1, 2, 3`

test.each([
  ['UTC', '2026-11-21T05:59:59Z', '2026-11-19'],
  ['UTC', '2026-11-21T06:00:00Z', '2026-11-20'],
  ['UTC', '2026-12-01T23:59:59Z', '2026-11-30'],
  ['UTC', '2026-01-01T00:00:00Z', '2025-12-30'],
  ['Europe/Brussels', '2026-11-21T04:59:59Z', '2026-11-19'],
  ['Europe/Brussels', '2026-11-21T05:00:00Z', '2026-11-20'],
  ['Asia/Tokyo', '2026-11-20T20:59:59Z', '2026-11-19'],
  ['Asia/Tokyo', '2026-11-20T21:00:00Z', '2026-11-20'],
  ['America/New_York', '2026-11-21T10:59:59Z', '2026-11-19'],
  ['America/New_York', '2026-11-21T11:00:00Z', '2026-11-20'],
])('in %s, at %s, the day due is %s', (timeZone, now, day) => expect(dueDay(new Date(now), 6, timeZone)).toBe(day))

test('each account of each tenant is reconciled once a day, from the hour on', async () => {
  await stage.statement([{}])
  await stage.statement([{}], { account: 'OTHER' })
  await stage.statement([{}], { account: 'OTHER', tenant: 'north' })
  stage.clock.set(new Date('2026-11-21T06:59:00Z'))
  expect(await daily(7).runOnce()).toBe(3)
  expect((await runs()).map(({ day }) => day)).toEqual(Array(3).fill('2026-11-19'))
  stage.clock.set(new Date('2026-11-21T07:00:00Z'))
  expect(await daily(7).runOnce()).toBe(3)
  expect(await daily(7).runOnce()).toBe(0)
  expect((await runs()).filter(({ day }) => day === TODAY)).toHaveLength(3)
  const rows = await stage.database.sql
    .system`select actor, count(*)::int from journal where type like 'reconciliation_run%' group by 1`
  expect([...rows]).toEqual([{ actor: 'svc:payments', count: 9 }])
})

test('more accounts than are read at once are all reconciled', async () => {
  await stage.database.sql.system`insert into reconciled_account (tenant_id, account, since)
    select 'demo', 'ACCOUNT ' || n, ${stage.clock().toISOString()}::timestamptz from generate_series(1, 205) n`
  expect(await daily().runOnce()).toBe(205)
  expect(await daily().runOnce()).toBe(0)
})

test('a statement that comes later has its account run again, and no other', async () => {
  await stage.statement([{ reference: 'A' }])
  await stage.statement([{}], { account: 'OTHER' })
  await daily().runOnce()
  await stage.statement([{ reference: 'B' }])
  expect(await daily().runOnce()).toBe(1)
  expect(await daily().runOnce()).toBe(0)
  expect((await runs()).map(({ revision }) => revision)).toEqual([2, 1])
  // One that brings nothing up to the day is looked at once as well.
  await stage.statement([{ day: '2026-11-25' }])
  expect(await daily().runOnce()).toBe(1)
  expect(await daily().runOnce()).toBe(0)
})

test('tenants take turns, so that one with many accounts keeps no other waiting', async () => {
  for (const account of ['A', 'B', 'C']) await stage.statement([{}], { account })
  await stage.statement([{}], { account: 'Z', tenant: 'north' })
  expect(await daily().runOnce()).toBe(4)
  const told = await stage.database.sql.system<{ tenant: string }[]>`
    select tenant_id as tenant from journal where type = 'reconciliation_run.completed' order by xid, seq`
  expect(told.map(({ tenant }) => tenant)).toEqual(['demo', 'north', 'demo', 'demo'])
})

test('two processes at once do no harm', async () => {
  await stage.statement([{}])
  await Promise.all([daily().runOnce(), daily().runOnce()])
  expect(await stage.items()).toEqual(['MISSING_INTERNALLY OPEN 1/0 10000'])
})

test('an account that fails does not hold up the others, and is tried again', async () => {
  await stage.statement([{}], { account: 'A' })
  await stage.statement([{}], { account: 'B' })
  // Nothing can be stored for one of them.
  await stage.database.sql.system`alter table reconciliation_item add constraint broken check (account <> 'A')`
  expect(await daily().runOnce()).toBe(1)
  expect((await runs()).map(({ account }) => account)).toEqual(['B'])
  await stage.database.sql.system`alter table reconciliation_item drop constraint broken`
  expect(await daily().runOnce()).toBe(1)
})

test('an account that somebody else has is no error, and is looked at again', async () => {
  await stage.statement([{}])
  const isOver = Promise.withResolvers<void>()
  const never = { schedule: () => () => undefined }
  const others = Array.from({ length: 1 + WAITING_MAX }, () =>
    whileReconciled(stage.db, [ACCOUNT], () => isOver.promise.then(() => ok(undefined)), never),
  )
  const lines: string[] = []
  const log = createLog({ service: 'test', destination: { write: (line) => void lines.push(line) } })
  const { database, clock } = stage
  const watched = createDailyReconciliation({ database, clock, log, hour: 6, timeZone: ZONE })
  expect(await watched.runOnce()).toBe(0)
  expect(lines.map((line) => JSON.parse(line).level)).toEqual(['info'])
  isOver.resolve()
  await Promise.all(others)
  expect(await watched.runOnce()).toBe(1)
})

test('started, it reconciles by itself', async () => {
  await stage.statement([{}])
  const scheduled: (() => void)[] = []
  const worker = createDailyReconciliation({
    database: stage.database,
    clock: stage.clock,
    log: silent,
    hour: 6,
    timeZone: ZONE,
    schedule: (run) => {
      scheduled.push(run)
      return () => undefined
    },
  })
  await worker.start()
  // It calls for its next look when the first has ended.
  await vi.waitFor(() => expect(scheduled).toHaveLength(1), { timeout: 20_000, interval: 20 })
  await worker.stop()
  expect(await runs()).toHaveLength(1)
})
