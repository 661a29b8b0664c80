// News of rails that cannot be taken: set aside, tried again, parked for an operator, and in nobody's way.

import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ATTEMPTS_MAX, listParkedEvents, replayParkedEvent } from '@carriergraph/shared/bus/failures.ts'
import { fixedClock } from '@carriergraph/shared/clock.ts'
import { afterCommit, inTransaction } from '@carriergraph/shared/db/transaction.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import { Registry } from 'prom-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findInstruction } from '../db/rail-instructions.ts'
import { camt, ntry } from '../statements/statements.fixture.ts'
import { openPaymentsDatabase, type PaymentsDatabase, silent } from '../testing/payments-database.ts'
import { OPERATOR_IBAN } from '../testing/rails-stage.ts'
import { FailedNotices, failedNoticesOf } from './failed-notices.ts'
import type { Instruction } from './instruction.ts'
import { endToEndId } from './instruction.ts'
import type { Notice } from './notice.ts'
import type { RailName } from './rail.ts'
import { RailWorker } from './rail-worker.ts'
import { instruction, NOON } from './rails.fixture.ts'
import { Rails } from './rails.ts'
import { type RailSettings, railsConfig } from './settings.ts'

let payments: PaymentsDatabase
beforeAll(async () => {
  payments = await openPaymentsDatabase()
})
afterAll(() => payments[Symbol.asyncDispose]())

const PAUSE_MS = 300_000

/** A process whose giver of instructions cannot take the news of some of them. */
function processOf(tenant: string, settings: RailSettings = {}, rail: RailName = 'sandbox') {
  const { database } = payments
  const clock = fixedClock(NOON)
  const rails = new Rails({ config: railsConfig(settings), clock, log: silent })
  const poisoned = new Set<Id<'ins'>>()
  const heard: string[] = []
  const tries: string[] = []
  rails.news.register('pay', async (tx, { after }) => {
    if (!['SETTLED', 'RETURNED'].includes(after.state)) return
    const told = `${after.instruction.id} ${after.state}`
    tries.push(told)
    if (poisoned.has(after.instruction.id)) throw new Error('cannot be taken')
    afterCommit(tx, () => heard.push(told))
  })
  const registry = new Registry()
  const worker = new RailWorker({ database, rails, clock, log: silent, schedule: () => () => {}, registry })
  const db = database.forTenant(tenant)
  const register = (order: Instruction) => inTransaction(db, (tx) => rails.instruct(tx, tenant, order, rail))
  const parked = () => listParkedEvents(db, { consumer: failedNoticesOf('sandbox') })
  const parkedCount = async () =>
    (await registry.getSingleMetric('rail_notices_parked_total')?.get())?.values.map(({ value }) => value)
  const stateOf = async ({ id }: Instruction) => (await findInstruction(db, id))?.state
  return { db, clock, worker, poisoned, heard, tries, register, parked, parkedCount, stateOf }
}

test('a notice that cannot be taken is parked after its last try, holds up no other, and is taken once when replayed', async () => {
  const { db, clock, worker, poisoned, heard, tries, register, parked, parkedCount, stateOf } = processOf('poison')
  const [bad, good, later] = [instruction(), instruction(), instruction()]
  poisoned.add(bad.id)
  for (const order of [bad, good]) await register(order)
  await worker.runOnce()
  clock.advance(1_500)
  await worker.runOnce()
  expect([await stateOf(bad), await stateOf(good)]).toEqual(['ACCEPTED', 'SETTLED'])
  await register(later)
  await worker.runOnce()
  clock.advance(1_500)
  await worker.runOnce()
  expect(await stateOf(later)).toBe('SETTLED')
  for (let round = 0; round < ATTEMPTS_MAX + 3; round += 1) {
    clock.advance(PAUSE_MS)
    await worker.runOnce()
  }
  // What the rail told, and what it said when it was asked.
  const stopped = await parked()
  expect(stopped).toHaveLength(2)
  for (const { event, ...told } of stopped) {
    expect(told).toMatchObject({ attempts: ATTEMPTS_MAX, lastError: 'cannot be taken' })
    expect(event).toMatchObject({ type: 'rail.notice', aggregate: { id: bad.id }, data: { status: 'ACSC' } })
  }
  expect(await parkedCount()).toEqual([2])
  const tried = tries.length
  for (let round = 0; round < 3; round += 1) {
    clock.advance(PAUSE_MS)
    await worker.runOnce()
  }
  expect(tries).toHaveLength(tried)
  poisoned.clear()
  clock.advance(1_000)
  for (const { event } of stopped) {
    const replayed = { consumer: failedNoticesOf('sandbox'), eventId: event.id, now: clock() }
    expect(await replayParkedEvent(db, replayed)).toBe(true)
  }
  for (let round = 0; round < 2; round += 1) await worker.runOnce()
  expect(tries.slice(tried)).toEqual([`${bad.id} SETTLED`])
  expect(heard.toSorted()).toEqual([bad, good, later].map(({ id }) => `${id} SETTLED`).toSorted())
  expect([await stateOf(bad), await parked()]).toEqual(['SETTLED', []])
})

test('a return that could not be taken comes to its instruction by another try, with all that was told of it', async () => {
  const { db, clock, worker, poisoned, register } = processOf('poisoned-return')
  const order = instruction({ remittance: 'SANDBOX RETURN' })
  await register(order)
  await worker.runOnce()
  clock.advance(1_500)
  await worker.runOnce()
  poisoned.add(order.id)
  clock.advance(60_000)
  await worker.runOnce()
  expect(await findInstruction(db, order.id)).toMatchObject({ state: 'SETTLED' })
  poisoned.clear()
  clock.advance(PAUSE_MS)
  await worker.runOnce()
  const reason = { code: 'AC04', text: 'Told by the sandbox' }
  expect(await findInstruction(db, order.id)).toMatchObject({ state: 'RETURNED', returned: order.amount, reason })
})

test('what was told of a return is all there when it is tried again', async () => {
  const books = { tenant: 'kept-return', db: payments.database.forTenant('kept-return') }
  const failed = new FailedNotices({ books, rail: 'iso20022', log: silent, onParked: () => {} })
  const { id: instructionId, amount } = instruction()
  const more = { reference: 'R', bookedOn: '2026-11-23', toldIn: 'S', reason: { code: 'AC04', text: 'Closed.' } }
  const notice: Notice = { instructionId, key: 'k', kind: 'RETURN', amount, ...more }
  await failed.note(notice, new Error('cannot be taken'), NOON)
  const again: Notice[] = []
  await failed.retry(async (_, notices) => void again.push(...notices), new Date(NOON.getTime() + PAUSE_MS))
  expect(again).toEqual([notice])
})

test('a return that is set aside keeps none back that has its key in another statement', async () => {
  const books = { tenant: 'one-key', db: payments.database.forTenant('one-key') }
  const failed = new FailedNotices({ books, rail: 'iso20022', log: silent, onParked: () => {} })
  const { id: instructionId, amount } = instruction()
  const toldIn = (statement: string): Notice => {
    return { instructionId, key: 'k', kind: 'RETURN', amount, reason: undefined, toldIn: statement }
  }
  await failed.note(toldIn('S'), new Error('cannot be taken'), NOON)
  expect(await failed.without([toldIn('S'), toldIn('T')])).toEqual([toldIn('T')])
})

test('a file of the bank with a notice that cannot be taken is done with, and those behind it are read', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'poisoned-'))
  const settings = {
    RAIL_OPERATOR_IBAN: OPERATOR_IBAN,
    RAIL_ISO20022_OUTBOX: join(folder, 'out'),
    RAIL_ISO20022_INBOX: join(folder, 'in'),
  }
  const { worker, poisoned, register, stateOf } = processOf('poisoned-file', settings, 'iso20022')
  const [bad, good] = [instruction({ direction: 'IN' }), instruction({ direction: 'IN' })]
  poisoned.add(bad.id)
  for (const order of [bad, good]) await register(order)
  await worker.runOnce()
  await worker.runOnce()
  const inbox = join(folder, 'in', 'poisoned-file')
  for (const [name, { id }] of [
    ['a.xml', bad],
    ['b.xml', good],
  ] as const) {
    const details = `<TxDtls><Refs><EndToEndId>${endToEndId(id)}</EndToEndId></Refs></TxDtls>`
    await writeFile(join(inbox, name), camt({ kind: '054', entries: [ntry('123.45', { sign: 'CRDT', details })] }))
  }
  await worker.runOnce()
  expect([await stateOf(bad), await stateOf(good)]).toEqual(['ACCEPTED', 'SETTLED'])
  expect((await readdir(join(inbox, 'read'))).toSorted()).toEqual(['a.xml', 'b.xml'])
  await rm(folder, { recursive: true })
})
