import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { newId } from '@carriergraph/shared/ids.ts'
import { setAccountStatus } from '@carriergraph/shared/ledger/accounts.ts'
import type { TransferOrder } from '@carriergraph/shared/ledger/transfer.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findCycle, findPositions } from '../db/settlement-cycles.ts'
import { openPaymentsDatabase, type PaymentsDatabase } from '../testing/payments-database.ts'
import { expectSoundLedger } from '../testing/sound-ledger.ts'
import { closeCycle, reverseCycle, settleCycle, settleDueCycles } from './settle.ts'
import { FRIDAY, MONDAY, onceAnswered, setSettlementStage } from './settlement.fixture.ts'
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

test('a cycle is closed after its cut-off, settled on its date, and everybody has what was owed', async () => {
  const set = await stage({ fees: { fixedMinor: 10n, basisPoints: 100, maxMinor: undefined } })
  const [ada, bob, eve] = [await set.participant(1_000n), await set.participant(1_000n), await set.participant(1_000n)]
  const cycle = await set.entered(ada, bob, 500n)
  expect(await set.entered(bob, ada, 200n)).toBe(cycle)
  expect(await set.entered(bob, eve, 100n)).toBe(cycle)
  expect(await findCycle(set.db, cycle)).toMatchObject({
    state: 'OPEN',
    day: '2026-11-20',
    settlementDate: '2026-11-23',
  })
  expect(await closeCycle(set.options, cycle)).toMatchObject({ code: 'CYCLE_NOT_DUE' })
  set.clock.set(new Date('2026-11-20T15:00:00Z'))
  expect(await closeCycle(set.options, cycle)).toMatchObject({ ok: true, value: { state: 'CLOSED' } })
  expect(await settleCycle(set.options, cycle)).toMatchObject({ code: 'CYCLE_NOT_DUE' })
  set.clock.set(MONDAY)
  expect(await settleCycle(set.options, cycle)).toMatchObject({ ok: true, value: { state: 'SETTLED' } })
  // Fees: 5 + 10, 2 + 10, 1 + 10.
  expect(await Promise.all([ada, bob, eve].map(set.balance))).toEqual([685n, 1_177n, 1_100n])
  expect(await set.balance(set.accounts.feesId)).toBe(38n)
  expect(await set.balance(set.accounts.settlementId)).toBe(0n)
  expect(await findPositions(set.db, [cycle])).toEqual(
    [
      { cycleId: cycle, accountId: ada, paysMinor: 500n, receivesMinor: 200n, feesMinor: 15n },
      { cycleId: cycle, accountId: bob, paysMinor: 300n, receivesMinor: 500n, feesMinor: 23n },
      { cycleId: cycle, accountId: eve, paysMinor: 0n, receivesMinor: 100n, feesMinor: 0n },
    ].toSorted((a, b) => (a.accountId < b.accountId ? -1 : 1)),
  )
  expect(await set.events(cycle)).toEqual(['2 settlement.closed', '3 settlement.settled'])
})

test('what is late waits for a business day, and what is to be closed or taken back does not', async () => {
  const set = await stage()
  const [ada, bob] = [await set.participant(100n), await set.participant(0n)]
  const cycle = await set.entered(ada, bob, 60n)
  set.clock.set(new Date('2026-11-20T15:30:00Z'))
  const later = await set.entered(ada, bob, 1n)
  const due = () => settleDueCycles({ ...set.options, currency: 'EUR' })
  const states = async () => [await findCycle(set.db, cycle), await findCycle(set.db, later)].map((one) => one?.state)
  // In Brussels it is Saturday, Sunday and Saturday: those of the week between them were missed.
  for (const day of ['2026-11-27T23:30:00Z', '2026-11-29T22:30:00Z', '2026-12-05T12:00:00Z']) {
    set.clock.set(new Date(day))
    expect(await due()).toEqual({ done: 0, refused: 0 })
    expect(await settleCycle(set.options, cycle)).toMatchObject({ code: 'CYCLE_NOT_DUE' })
    expect(await states()).toEqual(['CLOSED', 'CLOSED'])
  }
  expect(await set.balance(bob)).toBe(0n)
  set.clock.set(new Date('2026-12-06T23:30:00Z'))
  expect(await due()).toEqual({ done: 2, refused: 0 })
  expect(await set.balance(bob)).toBe(61n)
  set.clock.set(new Date('2026-12-12T12:00:00Z'))
  await set.decideReversal(cycle)
  expect(await due()).toEqual({ done: 1, refused: 0 })
  expect(await states()).toEqual(['REVERSED', 'SETTLED'])
})

test('a settlement date begins at midnight where the rail is, not in UTC', async () => {
  const set = await stage()
  const [ada, bob] = [await set.participant(100n), await set.participant(0n)]
  const cycle = await set.entered(ada, bob, 60n)
  set.clock.set(new Date('2026-11-22T22:59:59Z'))
  expect(await closeCycle(set.options, cycle)).toMatchObject({ ok: true })
  expect(await settleCycle(set.options, cycle)).toMatchObject({ code: 'CYCLE_NOT_DUE' })
  set.clock.set(new Date('2026-11-22T23:00:00Z'))
  expect(await settleCycle(set.options, cycle)).toMatchObject({ ok: true, value: { state: 'SETTLED' } })
  expect(await set.balance(bob)).toBe(60n)
})

test('each step done again does nothing more', async () => {
  const set = await stage()
  const [ada, bob] = [await set.participant(100n), await set.participant(0n)]
  const cycle = await set.entered(ada, bob, 60n)
  set.clock.set(MONDAY)
  for (let again = 0; again < 2; again += 1) expect(await closeCycle(set.options, cycle)).toMatchObject({ ok: true })
  await Promise.all([1, 2, 3].map(() => settleCycle(set.options, cycle)))
  expect(await settleCycle(set.options, cycle)).toMatchObject({ ok: true, value: { state: 'SETTLED', version: 3 } })
  expect(await set.balance(bob)).toBe(60n)
  expect(await closeCycle(set.options, cycle)).toMatchObject({ code: 'CYCLE_STATE_WRONG' })
  expect(await reverseCycle(set.options, cycle)).toMatchObject({ code: 'CYCLE_STATE_WRONG' })
  await set.decideReversal(cycle)
  await Promise.all([1, 2, 3].map(() => reverseCycle(set.options, cycle)))
  expect(await reverseCycle(set.options, cycle)).toMatchObject({ ok: true, value: { state: 'REVERSED', version: 6 } })
  expect([await set.balance(ada), await set.balance(bob)]).toEqual([100n, 0n])
  expect(await settleCycle(set.options, cycle)).toMatchObject({ code: 'CYCLE_STATE_WRONG' })
})

test('where one cannot pay, nobody does; the cycle says who, and is settled when the money is there', async () => {
  const set = await stage()
  const [ada, bob, eve] = [await set.participant(100n), await set.participant(10n), await set.participant(0n)]
  const cycle = await set.entered(ada, eve, 100n)
  await set.entered(bob, eve, 50n)
  set.clock.set(MONDAY)
  await closeCycle(set.options, cycle)
  for (const attempt of [2, 3]) {
    expect(await settleCycle(set.options, cycle)).toMatchObject({ code: 'POSTING_REFUSED' })
    expect(await findCycle(set.db, cycle)).toMatchObject({
      state: 'CLOSED',
      attempt,
      refusal: { code: 'INSUFFICIENT_FUNDS', accountId: bob },
    })
  }
  expect(await Promise.all([ada, bob, eve].map(set.balance))).toEqual([100n, 10n, 0n])
  await set.move(set.bank, bob, 40n)
  expect(await settleCycle(set.options, cycle)).toMatchObject({ ok: true, value: { state: 'SETTLED', refusal: null } })
  expect(await Promise.all([ada, bob, eve].map(set.balance))).toEqual([0n, 0n, 150n])
  expect((await set.events(cycle)).slice(1, 3)).toEqual(['3 settlement.refused', '4 settlement.refused'])
})

test('a process that dies after posting has posted, and the next one finds that out', async () => {
  const set = await stage()
  const { ada, bob, cycle } = await set.closedCycle()
  const dying = onceAnswered(set.options, () => Promise.reject(new Error('died')))
  await expect(settleCycle(dying, cycle)).rejects.toThrow('died')
  expect(await findCycle(set.db, cycle)).toMatchObject({ state: 'CLOSED', attempt: 1 })
  // Other accounts in the settings meanwhile change nothing about a cycle that was opened.
  const terms = { ...set.terms, accounts: { settlementId: newId('led'), feesId: newId('led') } }
  expect(await settleCycle({ ...set.options, terms }, cycle)).toMatchObject({ ok: true })
  expect([await set.balance(ada), await set.balance(bob)]).toEqual([40n, 60n])
  await set.decideReversal(cycle)
  await expect(reverseCycle(dying, cycle)).rejects.toThrow('died')
  expect(await settleDueCycles({ ...set.options, currency: 'EUR' })).toEqual({ done: 1, refused: 0 })
  expect(await findCycle(set.db, cycle)).toMatchObject({ state: 'REVERSED' })
  expect([await set.balance(ada), await set.balance(bob)]).toEqual([100n, 0n])
})

test('of those whom the ledger refuses at once, one counts it and tells it', async () => {
  const set = await stage()
  const { cycle } = await set.closedCycle(0n)
  const slow = onceAnswered(set.options, () => settleCycle(set.options, cycle))
  expect(await settleCycle(slow, cycle)).toMatchObject({ code: 'POSTING_REFUSED' })
  expect(await findCycle(set.db, cycle)).toMatchObject({ state: 'CLOSED', attempt: 2, version: 3 })
  expect((await set.events(cycle)).slice(1)).toEqual(['3 settlement.refused'])
})

test('a transfer that stands under an id of a settlement is a fault, and not counted as a refusal', async () => {
  const set = await stage()
  const { cycle } = await set.closedCycle()
  const refused = { ok: false, code: 'IDEMPOTENCY_KEY_REUSED', message: 'taken' } as const
  const ledger = { postLinked: async (orders: readonly TransferOrder[]) => orders.map(() => refused) }
  await expect(settleCycle({ ...set.options, ledger }, cycle)).rejects.toThrow('was posted as another transfer')
  expect(await findCycle(set.db, cycle)).toMatchObject({ state: 'CLOSED', attempt: 1, refusal: null })
})

test('whoever records a settlement after others have settled and reversed it is told its state', async () => {
  const set = await stage()
  const { ada, bob, cycle } = await set.closedCycle()
  const slow = onceAnswered(set.options, async () => {
    await settleCycle(set.options, cycle)
    await set.decideReversal(cycle)
    await reverseCycle(set.options, cycle)
  })
  expect(await settleCycle(slow, cycle)).toMatchObject({ ok: false, code: 'CYCLE_STATE_WRONG' })
  expect(await findCycle(set.db, cycle)).toMatchObject({ state: 'REVERSED' })
  expect([await set.balance(ada), await set.balance(bob)]).toEqual([100n, 0n])
})

const FAULTY = [
  ['ada', 'FROZEN', 'ACCOUNT_FROZEN'],
  ['bob', 'FROZEN', 'ACCOUNT_FROZEN'],
  ['bob', 'CLOSED', 'ACCOUNT_CLOSED'],
  ['settlement', 'FROZEN', 'ACCOUNT_FROZEN'],
] as const

test.each(FAULTY)(
  'a settlement that %s refuses, because it is %s, names it, in its event too',
  async (who, status, code) => {
    const set = await stage()
    const { ada, bob, cycle } = await set.closedCycle()
    const accountId = { ada, bob, settlement: set.accounts.settlementId }[who]
    await inTransaction(set.db, (tx) => setAccountStatus(tx, accountId, status))
    expect(await settleCycle(set.options, cycle)).toMatchObject({ code: 'POSTING_REFUSED' })
    expect(await findCycle(set.db, cycle)).toMatchObject({ refusal: { code, accountId } })
    expect(await set.refusals(cycle)).toMatchObject([{ refusalCode: code, accountId }])
  },
)

test.each(['ada', 'bob', 'settlement', 'fees'] as const)(
  'a reversal that is refused because %s is frozen names that account, in its event too',
  async (who) => {
    const set = await stage({ fees: { fixedMinor: 5n, basisPoints: 0, maxMinor: undefined } })
    const { ada, bob, cycle } = await set.closedCycle()
    await settleCycle(set.options, cycle)
    const accountId = { ada, bob, settlement: set.accounts.settlementId, fees: set.accounts.feesId }[who]
    await inTransaction(set.db, (tx) => setAccountStatus(tx, accountId, 'FROZEN'))
    await set.decideReversal(cycle)
    expect(await reverseCycle(set.options, cycle)).toMatchObject({ code: 'POSTING_REFUSED' })
    const refusal = { code: 'ACCOUNT_FROZEN', accountId }
    expect(await findCycle(set.db, cycle)).toMatchObject({ state: 'SETTLED', refusal })
    expect(await set.refusals(cycle)).toMatchObject([{ refusalCode: 'ACCOUNT_FROZEN', accountId }])
  },
)

test('participants that are even move nothing, and the cycle is settled', async () => {
  const set = await stage()
  const [ada, bob] = [await set.participant(0n), await set.participant(0n)]
  const cycle = await set.entered(ada, bob, 60n)
  await set.entered(bob, ada, 60n)
  set.clock.set(MONDAY)
  expect(await settleDueCycles({ ...set.options, currency: 'EUR' })).toEqual({ done: 1, refused: 0 })
  expect(await findCycle(set.db, cycle)).toMatchObject({ state: 'SETTLED' })
})

test('what is due is closed and settled, the eldest first, and the rest waits', async () => {
  const set = await stage()
  const [ada, bob, eve] = [await set.participant(10n), await set.participant(0n), await set.participant(0n)]
  const first = await set.entered(ada, bob, 1n)
  set.clock.set(new Date('2026-11-20T15:00:00Z'))
  const second = await set.entered(ada, bob, 2n)
  const due = () => settleDueCycles({ ...set.options, currency: 'EUR' })
  expect(await due()).toEqual({ done: 0, refused: 0 })
  expect([await findCycle(set.db, first), await findCycle(set.db, second)]).toMatchObject([
    { state: 'CLOSED' },
    { state: 'OPEN' },
  ])
  set.clock.set(MONDAY)
  expect(await due()).toEqual({ done: 1, refused: 0 })
  set.clock.set(new Date('2026-11-23T15:30:00Z'))
  await set.entered(eve, bob, 5n)
  set.clock.set(new Date('2026-11-25T09:00:00Z'))
  expect(await due()).toEqual({ done: 1, refused: 1 })
  expect(await set.balance(bob)).toBe(3n)
})

test('a cycle that is not there is not found', async () => {
  const set = await stage()
  const id = newId('cyc', FRIDAY)
  for (const step of [closeCycle, settleCycle, reverseCycle])
    expect(await step(set.options, id)).toMatchObject({ code: 'CYCLE_NOT_FOUND' })
})
