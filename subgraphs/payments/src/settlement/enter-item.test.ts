import { newId, toUuid } from '@carriergraph/shared/ids.ts'
import { CHAIN_MAX } from '@carriergraph/shared/ledger/ledger.ts'
import { waitersOf } from '@carriergraph/shared/testing/lined.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findCycle, findPairs, findPositions } from '../db/settlement-cycles.ts'
import { openPaymentsDatabase, type PaymentsDatabase } from '../testing/payments-database.ts'
import { expectSoundLedger } from '../testing/sound-ledger.ts'
import { fitsOneChain } from './orders.ts'
import { closeCycle, settleCycle } from './settle.ts'
import { MONDAY, setSettlementStage } from './settlement.fixture.ts'

let payments: PaymentsDatabase
beforeAll(async () => {
  payments = await openPaymentsDatabase()
})
afterAll(async () => {
  await expectSoundLedger(payments.database)
  await payments[Symbol.asyncDispose]()
})

const stage = () => setSettlementStage(payments.database)

test('what comes at the cut-off is in the next cycle, and a weekend later', async () => {
  const set = await stage()
  const [ada, bob] = [await set.participant(100n), await set.participant(0n)]
  const first = await set.entered(ada, bob, 1n)
  set.clock.set(new Date('2026-11-20T15:00:00Z'))
  const second = await set.entered(ada, bob, 2n)
  expect(second).not.toBe(first)
  expect(await findCycle(set.db, second)).toMatchObject({ day: '2026-11-23', settlementDate: '2026-11-24' })
})

/** Enters as a process does whose cut-offs are these. */
const enteredAt = async (set: Awaited<ReturnType<typeof stage>>, cutOffs: readonly string[], at: string) => {
  set.clock.set(new Date(`2026-11-20T${at}:00Z`))
  const { schedule } = set.terms
  const outcome = await set.enterBy({ ...set.terms, schedule: { ...schedule, timeZone: 'UTC', cutOffs } })
  if (!outcome.ok) throw new Error(outcome.code)
  const cycle = await findCycle(set.db, outcome.value.cycleId)
  if (cycle === undefined) throw new Error('An item is in no cycle.')
  return cycle
}

test('cut-offs that are changed during the day leave what was closed, and the next of the new ones is entered', async () => {
  const set = await stage()
  for (const [index, at] of ['03:18', '03:19', '03:20'].entries()) {
    const { id, number } = await enteredAt(set, ['03:19', '03:20', '03:21', '23:30'], at)
    expect(number).toBe(index + 1)
    set.clock.set(new Date('2026-11-20T03:21:00Z'))
    await closeCycle(set.options, id)
  }
  const cutOffAt = new Date('2026-11-20T05:00:00Z')
  const now = ['05:00', '06:00', '07:00']
  expect(await enteredAt(set, now, '03:22')).toMatchObject({ day: '2026-11-20', number: 4, cutOffAt, state: 'OPEN' })
  expect(await enteredAt(set, now, '04:59')).toMatchObject({ number: 4 })
})

test('a cut-off that is put off on the same day ends a cycle of that day, also where the one before is closed', async () => {
  const set = await stage()
  const { id } = await enteredAt(set, ['16:00'], '12:00')
  set.clock.set(new Date('2026-11-20T17:00:00Z'))
  await closeCycle(set.options, id)
  const cutOffAt = new Date('2026-11-20T20:00:00Z')
  expect(await enteredAt(set, ['20:00'], '17:00')).toMatchObject({ day: '2026-11-20', number: 2, cutOffAt })
})

test('a cut-off that stays in the settings ends one cycle, whatever others come before it', async () => {
  const set = await stage()
  const before = await enteredAt(set, ['16:00'], '08:00')
  expect(await enteredAt(set, ['10:00', '16:00'], '09:00')).toMatchObject({ number: 2, state: 'OPEN' })
  expect(await enteredAt(set, ['10:00', '16:00'], '11:00')).toEqual(before)
})

test('processes with different settings open one cycle for each cut-off, and refuse nobody', async () => {
  const settings = [['16:00'], ['14:00', '16:00'], ['13:00', '14:00', '16:00'], ['12:30', '20:00'], ['20:00']]
  // A race, which one round may win by luck.
  for (let round = 0; round < 4; round += 1) {
    const set = await stage()
    const all = Array.from({ length: 30 }, (_, index) => enteredAt(set, settings[index % 5] ?? [], '12:45'))
    const cycles = new Map((await Promise.all(all)).map((cycle) => [cycle.id, cycle]))
    const cutOffs = [...cycles.values()].map(({ cutOffAt }) => cutOffAt.toISOString().slice(11, 16)).sort()
    expect(cutOffs).toEqual(['13:00', '14:00', '16:00', '20:00'])
  }
})

test('a number that a process of the version before takes meanwhile is left to it', async () => {
  const set = await stage()
  const before = await enteredAt(set, ['10:00'], '09:00')
  const raw = payments.database.sql.forTenant(set.tenant)
  let entered: Promise<unknown> | undefined
  const other = JSON.stringify({ id: toUuid(newId('cyc')), number: 2, cut_off_at: '2026-11-20T12:00:00Z' })
  await raw.begin(async (tx) => {
    await tx`insert into settlement_cycle select (jsonb_populate_record(c, ${other}::jsonb)).*
      from settlement_cycle c where id = ${toUuid(before.id)}`
    entered = enteredAt(set, ['10:00', '16:00'], '11:00')
    await waitersOf(payments.database, 1, { timeout: 60_000, interval: 20 })
  })
  expect(await entered).toMatchObject({ number: 3, cutOffAt: new Date('2026-11-20T16:00:00Z') })
})

test('the same item again is the same item, also in a later cycle; another under its reference is refused', async () => {
  const set = await stage()
  const [ada, bob] = [await set.participant(100n), await set.participant(0n)]
  const reference = newId('ins')
  const cycle = await set.entered(ada, bob, 5n, reference)
  set.clock.set(MONDAY)
  expect(await set.entered(ada, bob, 5n, reference)).toBe(cycle)
  expect(await set.enter(ada, bob, 6n, reference)).toMatchObject({ code: 'ITEM_DIFFERS' })
  expect(await set.enter(bob, ada, 5n, reference)).toMatchObject({ code: 'ITEM_DIFFERS' })
  for (const [debtor, creditor] of [
    [ada, newId('led')],
    [newId('led'), bob],
  ] as const)
    expect(await set.enter(debtor, creditor, 5n, reference)).toMatchObject({ code: 'ITEM_DIFFERS' })
  await closeCycle(set.options, cycle)
  await settleCycle(set.options, cycle)
  expect(await set.balance(bob)).toBe(5n)
})

test('an item over nothing, or of one participant with itself, is refused', async () => {
  const set = await stage()
  const [ada, bob] = [await set.participant(0n), await set.participant(0n)]
  for (const [from, to, minor] of [
    [ada, bob, 0n],
    [ada, bob, -1n],
    [ada, ada, 1n],
  ] as const)
    expect(await set.enter(from, to, minor)).toMatchObject({ code: 'ITEM_MALFORMED' })
})

test('items that are entered while a cycle is closed are in it, or in the next one, and none is in neither', async () => {
  const set = await stage()
  const [ada, bob, eve] = [await set.participant(0n), await set.participant(0n), await set.participant(0n)]
  const first = await set.entered(ada, bob, 1n)
  // The clock of whoever closes is ahead of those who enter.
  const closing = { ...set.options, clock: () => new Date('2026-11-20T15:00:00Z') }
  const items = Array.from({ length: 30 }, (_, index) =>
    index === 9 ? closeCycle(closing, first).then(() => first) : set.entered(index % 2 ? ada : eve, bob, 1n),
  )
  const cycles = await Promise.all(items)
  const inFirst = cycles.filter((cycle) => cycle === first).length
  const received = (await findPositions(set.db, [first])).find(({ accountId }) => accountId === bob)?.receivesMinor
  expect(received).toBe(BigInt(inFirst))
  expect(new Set(cycles).size).toBeLessThanOrEqual(2)
  expect(await findCycle(set.db, await set.entered(ada, bob, 1n))).toMatchObject({ state: 'OPEN', day: '2026-11-23' })
})

test('as many participants as one chain holds are taken, and no more', async () => {
  const set = await stage()
  const participants = Array.from({ length: CHAIN_MAX / 2 + 1 }, () => newId('led'))
  const ring = participants.map((id, index) => [id, participants[(index + 1) % participants.length] ?? id] as const)
  const outcomes = []
  for (const [from, to] of ring) outcomes.push(await set.enter(from, to, 1n))
  const refused = outcomes.filter((outcome) => !outcome.ok)
  expect(refused.map((outcome) => !outcome.ok && outcome.code)).toEqual([
    'TOO_MANY_PARTICIPANTS',
    'TOO_MANY_PARTICIPANTS',
  ])
  const [first] = ring
  expect(await set.enter(first?.[0] ?? newId('led'), first?.[1] ?? newId('led'), 1n)).toMatchObject({ ok: true })
})

test('participants that come at once do not become too many together', async () => {
  // A race, which one round may win by luck.
  for (let round = 0; round < 4; round += 1) {
    const set = await stage()
    const hub = newId('led')
    const outcomes = await Promise.all(Array.from({ length: CHAIN_MAX }, () => set.enter(newId('led'), hub, 1n)))
    const [cycle] = outcomes.flatMap((outcome) => (outcome.ok ? [outcome.value.cycleId] : []))
    const pairs = await findPairs(set.db, cycle ?? 'cyc_')
    expect(fitsOneChain('MULTILATERAL', pairs)).toBe(true)
    expect(fitsOneChain('MULTILATERAL', [...pairs, { debtorId: newId('led'), creditorId: hub }])).toBe(false)
  }
})
