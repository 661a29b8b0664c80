import { type Id, newId } from '@carriergraph/shared/ids.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findCycle } from '../db/settlement-cycles.ts'
import { openPaymentsDatabase, type PaymentsDatabase } from '../testing/payments-database.ts'
import { expectSoundLedger } from '../testing/sound-ledger.ts'
import { approveReversal, rejectReversal, requestReversal, settleAgain } from './decide-reversal.ts'
import { reverseCycle, settleCycle, settleDueCycles } from './settle.ts'
import { ADA, BRUNO, by, MONDAY, onceAnswered, setSettlementStage } from './settlement.fixture.ts'
import type { SettlementTerms } from './terms.ts'

let payments: PaymentsDatabase
beforeAll(async () => {
  payments = await openPaymentsDatabase()
})
afterAll(async () => {
  await expectSoundLedger(payments.database)
  await payments[Symbol.asyncDispose]()
})

const stage = (more?: Partial<SettlementTerms>) => setSettlementStage(payments.database, more)

test('a reversal takes back fees as well; where the money is spent, nothing is taken back, and it says from whom', async () => {
  const set = await stage({ fees: { fixedMinor: 5n, basisPoints: 0, maxMinor: undefined } })
  const { ada, bob, cycle } = await set.closedCycle()
  await settleCycle(set.options, cycle)
  await set.move(bob, set.bank, 30n)
  await set.decideReversal(cycle)
  expect(await reverseCycle(set.options, cycle)).toMatchObject({ code: 'POSTING_REFUSED' })
  expect(await findCycle(set.db, cycle)).toMatchObject({
    state: 'SETTLED',
    refusal: { code: 'INSUFFICIENT_FUNDS', accountId: bob },
    reversal: null,
  })
  expect(await set.balance(set.accounts.feesId)).toBe(5n)
  await set.move(set.bank, bob, 30n)
  await set.decideReversal(cycle)
  expect(await reverseCycle(set.options, cycle)).toMatchObject({ ok: true, value: { state: 'REVERSED' } })
  expect([await set.balance(ada), await set.balance(bob), await set.balance(set.accounts.feesId)]).toEqual([
    100n,
    0n,
    0n,
  ])
})

type Person = Id<'usr'> | undefined

/** A settled cycle, and what people decide on it. */
async function settled() {
  const set = await stage()
  const { ada, bob, cycle } = await set.closedCycle()
  await settleCycle(set.options, cycle)
  const reason = 'The bank has not moved it.'
  return {
    set,
    cycle,
    balances: async () => [await set.balance(ada), await set.balance(bob)],
    request: (person: Person, why = reason, id = cycle) =>
      requestReversal(set.db, { id, reason: why }, by(person, MONDAY)),
    approve: (person: Person, id = cycle) => approveReversal(set.db, { id }, by(person, MONDAY)),
    again: (person: Person, why = reason, id = cycle) => settleAgain(set.db, { id, reason: why }, by(person, MONDAY)),
    reject: (person: Person, why = reason, id = cycle) =>
      rejectReversal(set.db, { id, reason: why }, by(person, MONDAY)),
  }
}

test('what two people have approved is taken back by whoever comes by, where the process of the second one died', async () => {
  const { set, cycle, balances, request, approve } = await settled()
  expect(await request(ADA)).toMatchObject({ ok: true, value: { state: 'REVERSAL_REQUESTED' } })
  const due = () => settleDueCycles({ ...set.options, currency: 'EUR' })
  expect(await due()).toEqual({ done: 0, refused: 0 })
  expect(await approve(BRUNO)).toMatchObject({ ok: true, value: { state: 'REVERSING' } })
  expect(await balances()).toEqual([40n, 60n])
  expect(await due()).toEqual({ done: 1, refused: 0 })
  expect(await due()).toEqual({ done: 0, refused: 0 })
  expect(await balances()).toEqual([100n, 0n])
  const events = ['reversal_requested', 'reversal_approved', 'reversed'].map(
    (told, at) => `${at + 4} settlement.${told}`,
  )
  expect((await set.events(cycle)).slice(2)).toEqual(events)
})

test('the same asked and approved again is what it was, and turned down it is settled as before', async () => {
  const { set, cycle, request, approve, reject } = await settled()
  for (const _ of [1, 2]) expect(await request(ADA)).toMatchObject({ ok: true, value: { version: 4 } })
  expect(await reject(BRUNO)).toMatchObject({ ok: true, value: { state: 'SETTLED', reversal: null } })
  await request(ADA)
  for (const _ of [1, 2]) expect(await approve(BRUNO)).toMatchObject({ ok: true, value: { version: 7 } })
  await reverseCycle(set.options, cycle)
  expect(await approve(BRUNO)).toMatchObject({ ok: true, value: { state: 'REVERSED', version: 8 } })
  expect(await findCycle(set.db, cycle)).toMatchObject({
    reversal: { requestedBy: ADA, approval: { approvedBy: BRUNO, approvedAt: MONDAY } },
  })
})

test('of many who ask at once one has asked, of many who approve one has, and it is taken back once', async () => {
  const { set, cycle, balances, request, approve } = await settled()
  const people = [ADA, BRUNO, newId('usr')]
  const asked = await Promise.all(people.map((person) => request(person)))
  expect(asked.filter(({ ok }) => ok)).toHaveLength(1)
  const approved = await Promise.all(
    people.map(async (person) => {
      const answer = await approve(person)
      await reverseCycle(set.options, cycle)
      return answer
    }),
  )
  expect(approved.filter(({ ok }) => ok)).toHaveLength(1)
  expect(await balances()).toEqual([100n, 0n])
  expect(await findCycle(set.db, cycle)).toMatchObject({ state: 'REVERSED', version: 6 })
})

test('is refused by the first of these, and then nothing is changed', async () => {
  const { set, cycle, request, approve, reject, again } = await settled()
  const open = await set.entered(await set.participant(0n), await set.participant(0n), 1n)
  const none = newId('cyc')
  const before = await set.events(cycle)
  const refused: [() => ReturnType<typeof request>, string][] = [
    [() => request(undefined, '', none), 'NOT_A_PERSON'],
    [() => approve(undefined, none), 'NOT_A_PERSON'],
    [() => reject(undefined, '', none), 'NOT_A_PERSON'],
    [() => again(undefined, '', none), 'NOT_A_PERSON'],
    [() => again(ADA, '', none), 'INVALID_REASON'],
    [() => again(ADA, 'Why not.', none), 'CYCLE_NOT_FOUND'],
    [() => again(ADA, 'Why not.', open), 'CYCLE_STATE_WRONG'],
    [() => request(ADA, '', none), 'INVALID_REASON'],
    [() => request(ADA, 'paid with 4111111111111111', none), 'INVALID_REASON'],
    [() => reject(ADA, 'a\nb', none), 'INVALID_REASON'],
    [() => request(ADA, 'Why not.', none), 'CYCLE_NOT_FOUND'],
    [() => approve(ADA, none), 'CYCLE_NOT_FOUND'],
    [() => reject(ADA, 'No.', none), 'CYCLE_NOT_FOUND'],
    [() => request(ADA, 'Why not.', open), 'CYCLE_STATE_WRONG'],
    [() => approve(BRUNO), 'REVERSAL_NOT_REQUESTED'],
    [() => reject(BRUNO), 'REVERSAL_NOT_REQUESTED'],
  ]
  for (const [ask, code] of refused) expect(await ask()).toMatchObject({ ok: false, code })
  expect(await set.events(cycle)).toEqual(before)
  await request(ADA)
  expect(await request(BRUNO)).toMatchObject({ code: 'CYCLE_STATE_WRONG' })
  expect(await again(ADA)).toMatchObject({ code: 'CYCLE_STATE_WRONG' })
  expect(await request(ADA, 'Another one.')).toMatchObject({ code: 'CYCLE_STATE_WRONG' })
  expect(await approve(ADA)).toMatchObject({ code: 'SAME_PERSON' })
  const alone = payments.database.sql.system`
    update settlement_cycle set state = 'REVERSING', reversal_approved_by = reversal_requested_by, reversal_approved_at = now()
    where state = 'REVERSAL_REQUESTED'`
  await expect(alone).rejects.toMatchObject({ constraint_name: 'settlement_cycle_four_eyes' })
})

test('what was taken back is settled again once, however many ask, and may be taken back again', async () => {
  const { set, cycle, balances, again } = await settled()
  await set.decideReversal(cycle)
  await reverseCycle(set.options, cycle)
  const due = () => settleDueCycles({ ...set.options, currency: 'EUR' })
  expect(await due()).toEqual({ done: 0, refused: 0 })
  const asked = await Promise.all([ADA, BRUNO, ADA].map((person) => again(person)))
  for (const answer of asked)
    expect(answer).toMatchObject({ ok: true, value: { state: 'CLOSED', version: 7, reversal: null } })
  expect(await due()).toEqual({ done: 1, refused: 0 })
  expect(await balances()).toEqual([40n, 60n])
  expect(await again(ADA)).toMatchObject({ ok: true, value: { state: 'SETTLED', version: 8 } })
  await set.decideReversal(cycle)
  expect(await due()).toEqual({ done: 1, refused: 0 })
  expect(await balances()).toEqual([100n, 0n])
})

test.each(['settleCycle', 'reverseCycle'] as const)(
  'whoever records a %s that was taken back and begun again meanwhile records nothing of the one that is to come',
  async (step) => {
    const set = await stage()
    const { ada, cycle } = await set.closedCycle()
    const whole = async () => {
      await settleCycle(set.options, cycle)
      await set.decideReversal(cycle)
      await reverseCycle(set.options, cycle)
      await settleAgain(set.db, { id: cycle, reason: 'It has moved now.' }, by(ADA, MONDAY))
    }
    if (step === 'reverseCycle') {
      await settleCycle(set.options, cycle)
      await set.decideReversal(cycle)
    }
    const slow = onceAnswered(set.options, async () => {
      if (step === 'settleCycle') return whole()
      await reverseCycle(set.options, cycle)
      await settleAgain(set.db, { id: cycle, reason: 'It has moved now.' }, by(ADA, MONDAY))
      await settleCycle(set.options, cycle)
      await set.decideReversal(cycle)
    })
    const record = step === 'settleCycle' ? settleCycle : reverseCycle
    expect(await record(slow, cycle)).toMatchObject({ code: 'CYCLE_STATE_WRONG' })
    expect(await findCycle(set.db, cycle)).toMatchObject({ state: step === 'settleCycle' ? 'CLOSED' : 'REVERSING' })
    expect(await set.balance(ada)).toBe(step === 'settleCycle' ? 100n : 40n)
  },
)
