import { afterAll, beforeAll, expect, it } from 'vitest'
import { inTransaction } from '../db/transaction.ts'
import { isId } from '../ids.ts'
import { APPEND_ROWS_MAX, appendToJournal } from './append.ts'
import { journalBell } from './bell.ts'
import { ConcurrencyError } from './concurrency-error.ts'
import { anEvent, journalDatabase } from './journal-for-tests.ts'
import { EVENT_DATA_BYTES_MAX, journal } from './table.ts'

let opened: Awaited<ReturnType<typeof journalDatabase>>

beforeAll(async () => {
  opened = await journalDatabase()
})
afterAll(() => opened[Symbol.asyncDispose]())

it('keeps every field of many events appended at once, in their order', async () => {
  const db = opened.database.forTenant('fields')
  const second = anEvent('t1', 2, {
    data: { amount: '9007199254740993', nested: { list: [1, null] } },
    causationId: 'e',
  })
  const ids = await inTransaction(db, (tx) => appendToJournal(tx, [anEvent('t1', 1), second]))
  const rows = await db.select().from(journal).orderBy(journal.xid, journal.seq)
  expect(rows).toEqual([
    {
      tenantId: 'fields',
      aggregateType: 'thing',
      aggregateId: 't1',
      version: 1,
      xid: expect.any(BigInt),
      seq: expect.any(BigInt),
      id: ids[0],
      type: 'thing.changed',
      data: { version: 1 },
      actor: 'svc:test',
      correlationId: 'c-1',
      causationId: null,
      occurredAt: new Date('2026-01-02T03:04:05.678Z'),
    },
    expect.objectContaining({ id: ids[1], version: 2, causationId: 'e', data: second.data }),
  ])
  expect(ids.every((id) => isId('evt', id))).toBe(true)
})

it('lets one of two writers of the same version through and gives the other a ConcurrencyError', async () => {
  const db = opened.database.forTenant('conflict')
  const append = (actor: string) => inTransaction(db, (tx) => appendToJournal(tx, anEvent('t1', 1, { actor })))
  const results = await Promise.allSettled([append('a'), append('b'), append('c')])
  const refused = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []))
  expect(refused).toHaveLength(2)
  for (const error of refused) {
    expect(error).toBeInstanceOf(ConcurrencyError)
    expect(error.message).toContain('thing t1 version 1')
  }
  expect(await db.select().from(journal)).toHaveLength(1)
})

it('counts the versions of each tenant and each aggregate on their own', async () => {
  const append = (tenant: string, id: string) =>
    inTransaction(opened.database.forTenant(tenant), (tx) => appendToJournal(tx, anEvent(id, 1)))
  await append('own-one', 't1')
  await append('own-one', 't2')
  await expect(append('own-two', 't1')).resolves.toHaveLength(1)
})

it('rings after the commit, and not for a transaction that rolled back', async () => {
  const db = opened.database.forTenant('bell')
  let rung = 0
  const stop = journalBell(opened.database).listen(() => {
    rung += 1
  })
  const abandoned = inTransaction(db, async (tx) => {
    await appendToJournal(tx, anEvent('t1', 1))
    throw new Error('abandoned')
  })
  await expect(abandoned).rejects.toThrow('abandoned')
  expect(rung).toBe(0)
  await inTransaction(db, async (tx) => {
    await appendToJournal(tx, anEvent('t1', 1))
    await appendToJournal(tx, anEvent('t1', 2))
    expect(rung).toBe(0)
  })
  expect(rung).toBe(1)
  stop()
})

it('appends nothing for an empty list', async () => {
  const append = inTransaction(opened.database.forTenant('empty'), (tx) => appendToJournal(tx, []))
  expect(await append).toEqual([])
})

it.each([
  [
    'more events than one statement should carry',
    Array.from({ length: APPEND_ROWS_MAX + 1 }, (_, n) => anEvent('t', n + 1)),
  ],
  ['a version below 1', [anEvent('t', 0)]],
  ['data above the limit', [anEvent('t', 1, { data: { long: 'x'.repeat(EVENT_DATA_BYTES_MAX) } })]],
])('refuses %s', async (_, events) => {
  const db = opened.database.forTenant('refused')
  await expect(inTransaction(db, (tx) => appendToJournal(tx, events))).rejects.toThrow()
  expect(await db.select().from(journal)).toEqual([])
})

it.each([
  ['update', "update journal set actor = 'forged'"],
  ['delete', 'delete from journal'],
  ['truncate', 'truncate journal'],
])('lets nobody %s what is written', async (verb, statement) => {
  const tenant = `forger-${verb}`
  await inTransaction(opened.database.forTenant(tenant), (tx) => appendToJournal(tx, anEvent('t1', 1)))
  await expect(opened.database.sql.forTenant(tenant).unsafe(statement)).rejects.toThrow(/append-only/)
})

it('orders the events of one aggregate by version although the later writer has the older transaction', async () => {
  const db = opened.database.forTenant('inversion')
  const elderHasId = Promise.withResolvers<void>()
  const younger = Promise.withResolvers<void>()
  const elder = inTransaction(db, async (tx) => {
    // Takes its transaction id now and waits, as a transaction that first locks another row does.
    await appendToJournal(tx, anEvent('other', 1))
    elderHasId.resolve()
    await younger.promise
    await appendToJournal(tx, anEvent('shared', 2))
  })
  await elderHasId.promise
  await inTransaction(db, (tx) => appendToJournal(tx, anEvent('shared', 1)))
  younger.resolve()
  await elder
  const rows = await db.select().from(journal).orderBy(journal.xid, journal.seq)
  const shared = rows.filter((row) => row.aggregateId === 'shared')
  expect(shared.map((row) => row.version)).toEqual([1, 2])
})
