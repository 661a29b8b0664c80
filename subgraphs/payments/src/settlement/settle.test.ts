import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { type Id, newId } from '@carriergraph/shared/ids.ts'
import { setAccountStatus } from '@carriergraph/shared/ledger/accounts.ts'
import { CHAIN_MAX } from '@carriergraph/shared/ledger/ledger.ts'
import type { TransferOrder } from '@carriergraph/shared/ledger/transfer.ts'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findCycle, findPairs, findPositions } from '../db/settlement-cycles.ts'
import { openPaymentsDatabase, type PaymentsDatabase } from '../testing/payments-database.ts'
import { expectSoundLedger } from '../testing/sound-ledger.ts'
import { fitsOneChain, NETTINGS } from './orders.ts'
import { closeCycle, reverseCycle, settleCycle, settleDueCycles } from './settle.ts'
import { FRIDAY, MONDAY, setSettlementStage } from './settlement.fixture.ts'
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
type Stage = Awaited<ReturnType<typeof stage>>

/** Enters, and says into which cycle. */
async function entered(set: Stage, ...item: Parameters<Stage['enter']>): Promise<Id<'cyc'>> {
  const outcome = await set.enter(...item)
  if (!outcome.ok) throw new Error(outcome.code)
  return outcome.value.cycleId
}

const eventsOf = async (id: Id<'cyc'>) => {
  const rows = await payments.database.sql
    .system`select type, version from journal where aggregate_id = ${id} order by version`
  return rows.map(({ type, version }) => `${version} ${type}`)
}

test('a cycle is closed after its cut-off, settled on its date, and everybody has what was owed', async () => {
  const set = await stage({ fees: { fixedMinor: 10n, basisPoints: 100, maxMinor: undefined } })
  const [ada, bob, eve] = [await set.participant(1_000n), await set.participant(1_000n), await set.participant(1_000n)]
  const cycle = await entered(set, ada, bob, 500n)
  expect(await entered(set, bob, ada, 200n)).toBe(cycle)
  expect(await entered(set, bob, eve, 100n)).toBe(cycle)
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
  expect(await eventsOf(cycle)).toEqual(['2 settlement.closed', '3 settlement.settled'])
})

test('each step done again does nothing more', async () => {
  const set = await stage()
  const [ada, bob] = [await set.participant(100n), await set.participant(0n)]
  const cycle = await entered(set, ada, bob, 60n)
  set.clock.set(MONDAY)
  for (let again = 0; again < 2; again += 1) expect(await closeCycle(set.options, cycle)).toMatchObject({ ok: true })
  await Promise.all([1, 2, 3].map(() => settleCycle(set.options, cycle)))
  expect(await settleCycle(set.options, cycle)).toMatchObject({ ok: true, value: { state: 'SETTLED', version: 3 } })
  expect(await set.balance(bob)).toBe(60n)
  expect(await closeCycle(set.options, cycle)).toMatchObject({ code: 'CYCLE_STATE_WRONG' })
  await Promise.all([1, 2, 3].map(() => reverseCycle(set.options, cycle)))
  expect(await reverseCycle(set.options, cycle)).toMatchObject({ ok: true, value: { state: 'REVERSED', version: 4 } })
  expect([await set.balance(ada), await set.balance(bob)]).toEqual([100n, 0n])
  expect(await settleCycle(set.options, cycle)).toMatchObject({ code: 'CYCLE_STATE_WRONG' })
})

test('what comes at the cut-off is in the next cycle, and a weekend later', async () => {
  const set = await stage()
  const [ada, bob] = [await set.participant(100n), await set.participant(0n)]
  const first = await entered(set, ada, bob, 1n)
  set.clock.set(new Date('2026-11-20T15:00:00Z'))
  const second = await entered(set, ada, bob, 2n)
  expect(second).not.toBe(first)
  expect(await findCycle(set.db, second)).toMatchObject({ day: '2026-11-23', settlementDate: '2026-11-24' })
})

test('the same item again is the same item, also in a later cycle; another under its reference is refused', async () => {
  const set = await stage()
  const [ada, bob] = [await set.participant(100n), await set.participant(0n)]
  const reference = newId('ins')
  const cycle = await entered(set, ada, bob, 5n, reference)
  set.clock.set(MONDAY)
  expect(await entered(set, ada, bob, 5n, reference)).toBe(cycle)
  expect(await set.enter(ada, bob, 6n, reference)).toMatchObject({ code: 'ITEM_DIFFERS' })
  expect(await set.enter(bob, ada, 5n, reference)).toMatchObject({ code: 'ITEM_DIFFERS' })
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
  const first = await entered(set, ada, bob, 1n)
  // The clock of whoever closes is ahead of those who enter.
  const closing = { ...set.options, clock: () => new Date('2026-11-20T15:00:00Z') }
  const items = Array.from({ length: 30 }, (_, index) =>
    index === 9 ? closeCycle(closing, first).then(() => first) : entered(set, index % 2 ? ada : eve, bob, 1n),
  )
  const cycles = await Promise.all(items)
  const inFirst = cycles.filter((cycle) => cycle === first).length
  const received = (await findPositions(set.db, [first])).find(({ accountId }) => accountId === bob)?.receivesMinor
  expect(received).toBe(BigInt(inFirst))
  expect(new Set(cycles).size).toBeLessThanOrEqual(2)
  expect(await findCycle(set.db, await entered(set, ada, bob, 1n))).toMatchObject({ state: 'OPEN', day: '2026-11-23' })
})

test('where one cannot pay, nobody does; the cycle says who, and is settled when the money is there', async () => {
  const set = await stage()
  const [ada, bob, eve] = [await set.participant(100n), await set.participant(10n), await set.participant(0n)]
  const cycle = await entered(set, ada, eve, 100n)
  await entered(set, bob, eve, 50n)
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
  expect((await eventsOf(cycle)).slice(1, 3)).toEqual(['3 settlement.refused', '4 settlement.refused'])
})

test('a process that dies after posting has posted, and the next one finds that out', async () => {
  const set = await stage()
  const [ada, bob] = [await set.participant(100n), await set.participant(0n)]
  const cycle = await entered(set, ada, bob, 60n)
  set.clock.set(MONDAY)
  await closeCycle(set.options, cycle)
  const dying = {
    ...set.options,
    ledger: {
      async postLinked(orders: readonly TransferOrder[]): Promise<never> {
        await set.options.ledger.postLinked(orders)
        throw new Error('died')
      },
    },
  }
  await expect(settleCycle(dying, cycle)).rejects.toThrow('died')
  expect(await findCycle(set.db, cycle)).toMatchObject({ state: 'CLOSED', attempt: 1 })
  // Other accounts in the settings meanwhile change nothing about a cycle that was opened.
  const terms = { ...set.terms, accounts: { settlementId: newId('led'), feesId: newId('led') } }
  expect(await settleCycle({ ...set.options, terms }, cycle)).toMatchObject({ ok: true })
  expect([await set.balance(ada), await set.balance(bob)]).toEqual([40n, 60n])
  await expect(reverseCycle(dying, cycle)).rejects.toThrow('died')
  expect(await reverseCycle(set.options, cycle)).toMatchObject({ ok: true, value: { state: 'REVERSED' } })
  expect([await set.balance(ada), await set.balance(bob)]).toEqual([100n, 0n])
})

test('a reversal takes back fees as well; where the money is spent, nothing is taken back, and it says from whom', async () => {
  const set = await stage({ fees: { fixedMinor: 5n, basisPoints: 0, maxMinor: undefined } })
  const [ada, bob] = [await set.participant(100n), await set.participant(0n)]
  const cycle = await entered(set, ada, bob, 60n)
  set.clock.set(MONDAY)
  await closeCycle(set.options, cycle)
  await settleCycle(set.options, cycle)
  await set.move(bob, set.bank, 30n)
  expect(await reverseCycle(set.options, cycle)).toMatchObject({ code: 'POSTING_REFUSED' })
  expect(await findCycle(set.db, cycle)).toMatchObject({
    state: 'SETTLED',
    refusal: { code: 'INSUFFICIENT_FUNDS', accountId: bob },
  })
  expect(await set.balance(set.accounts.feesId)).toBe(5n)
  await set.move(set.bank, bob, 30n)
  expect(await reverseCycle(set.options, cycle)).toMatchObject({ ok: true, value: { state: 'REVERSED' } })
  expect([await set.balance(ada), await set.balance(bob), await set.balance(set.accounts.feesId)]).toEqual([
    100n,
    0n,
    0n,
  ])
})

test('a frozen account refuses the settlement by name', async () => {
  const set = await stage()
  const [ada, bob] = [await set.participant(100n), await set.participant(0n)]
  const cycle = await entered(set, ada, bob, 60n)
  set.clock.set(MONDAY)
  await closeCycle(set.options, cycle)
  await inTransaction(set.db, (tx) => setAccountStatus(tx, ada, 'FROZEN'))
  expect(await settleCycle(set.options, cycle)).toMatchObject({ code: 'POSTING_REFUSED' })
  expect(await findCycle(set.db, cycle)).toMatchObject({ refusal: { code: 'ACCOUNT_FROZEN', accountId: ada } })
})

test('participants that are even move nothing, and the cycle is settled', async () => {
  const set = await stage()
  const [ada, bob] = [await set.participant(0n), await set.participant(0n)]
  const cycle = await entered(set, ada, bob, 60n)
  await entered(set, bob, ada, 60n)
  set.clock.set(MONDAY)
  expect(await settleDueCycles({ ...set.options, currency: 'EUR' })).toEqual({ settled: 1, refused: 0 })
  expect(await findCycle(set.db, cycle)).toMatchObject({ state: 'SETTLED' })
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

test('what is due is closed and settled, the eldest first, and the rest waits', async () => {
  const set = await stage()
  const [ada, bob, eve] = [await set.participant(10n), await set.participant(0n), await set.participant(0n)]
  const first = await entered(set, ada, bob, 1n)
  set.clock.set(new Date('2026-11-20T15:00:00Z'))
  const second = await entered(set, ada, bob, 2n)
  const due = () => settleDueCycles({ ...set.options, currency: 'EUR' })
  expect(await due()).toEqual({ settled: 0, refused: 0 })
  expect([await findCycle(set.db, first), await findCycle(set.db, second)]).toMatchObject([
    { state: 'CLOSED' },
    { state: 'OPEN' },
  ])
  set.clock.set(MONDAY)
  expect(await due()).toEqual({ settled: 1, refused: 0 })
  set.clock.set(new Date('2026-11-23T15:30:00Z'))
  await entered(set, eve, bob, 5n)
  set.clock.set(new Date('2026-11-25T09:00:00Z'))
  expect(await due()).toEqual({ settled: 1, refused: 1 })
  expect(await set.balance(bob)).toBe(3n)
})

test.each(NETTINGS)(
  '%s: whatever is owed among whom, everybody has what was owed, and a reversal all that was',
  async (netting) => {
    const item = fc
      .record({ from: fc.nat(4), to: fc.nat(4), minor: fc.bigInt(1n, 10_000n) })
      .filter(({ from, to }) => from !== to)
    await fc.assert(
      fc.asyncProperty(fc.array(item, { minLength: 1, maxLength: 12 }), async (items) => {
        const set = await stage({ netting, fees: { fixedMinor: 3n, basisPoints: 50, maxMinor: 20n } })
        const participants = await Promise.all(Array.from({ length: 5 }, () => set.participant(1_000_000n)))
        const expected = new Map(participants.map((id) => [id, 1_000_000n]))
        let cycle: Id<'cyc'> | undefined
        for (const { from, to, minor } of items) {
          const [debtor, creditor] = [participants[from], participants[to]]
          if (debtor === undefined || creditor === undefined) continue
          const outcome = await set.enter(debtor, creditor, minor)
          if (!outcome.ok) throw new Error(outcome.code)
          cycle = outcome.value.cycleId
          expected.set(debtor, (expected.get(debtor) ?? 0n) - minor - outcome.value.feeMinor)
          expected.set(creditor, (expected.get(creditor) ?? 0n) + minor)
        }
        set.clock.set(MONDAY)
        await settleDueCycles({ ...set.options, currency: 'EUR' })
        expect(await Promise.all(participants.map(set.balance))).toEqual([...expected.values()])
        expect(await set.balance(set.accounts.settlementId)).toBe(0n)
        expect(await reverseCycle(set.options, cycle ?? 'cyc_')).toMatchObject({ ok: true })
        expect(await Promise.all(participants.map(set.balance))).toEqual(participants.map(() => 1_000_000n))
      }),
      { numRuns: 8, seed: 20_261_121 },
    )
  },
)

test('a cycle that is not there is not found', async () => {
  const set = await stage()
  const id = newId('cyc', FRIDAY)
  for (const step of [closeCycle, settleCycle, reverseCycle])
    expect(await step(set.options, id)).toMatchObject({ code: 'CYCLE_NOT_FOUND' })
})
