// What rails tell of money that came back, in parts, twice and in any order: each return counts once.

import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { money } from '@carriergraph/shared/money/money.ts'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findInstruction } from '../db/rail-instructions.ts'
import { openPaymentsDatabase, type PaymentsDatabase } from '../testing/payments-database.ts'
import { registerInstruction, takeNotices } from './drive.ts'
import { isSameReturn, type Notice, numbered, type ReturnHeard, type ReturnTold, wasTold } from './notice.ts'
import { instruction, NOON } from './rails.fixture.ts'

let payments: PaymentsDatabase
beforeAll(async () => {
  payments = await openPaymentsDatabase()
})
afterAll(() => payments[Symbol.asyncDispose]())

const told = (minor: bigint, reference?: string, bookedOn?: string): ReturnTold => ({
  amount: money(minor, 'EUR'),
  reference,
  bookedOn,
})

/** Named by its entry, and by its own reference where its transaction has one. */
const ofEntry = (entry: string, own?: string, number = 1): ReturnTold => ({
  ...told(1n, own ?? numbered(entry, number), '2026-11-23'),
  entryReference: entry,
})

test.each<[string, ReturnTold, ReturnTold, boolean]>([
  ['of one reference', told(1n, 'A', '2026-11-23'), told(1n, 'A', '2026-11-24'), true],
  ['of two references', told(1n, 'A', '2026-11-23'), told(1n, 'B', '2026-11-23'), false],
  ['of one reference and two amounts, as in one batch', told(1n, 'A'), told(2n, 'A'), false],
  ['of one day, of which one has a reference', told(1n, 'A', '2026-11-23'), told(1n, undefined, '2026-11-23'), true],
  ['of two days without a reference', told(1n, undefined, '2026-11-23'), told(1n, undefined, '2026-11-24'), false],
  ['alike, of which nothing more is told', told(1n), told(1n), true],
  ['of one entry, of which one has a reference of its own', ofEntry('E'), ofEntry('E', 'T'), true],
  ['of one entry, with one reference of their own', ofEntry('E', 'T'), ofEntry('E', 'T'), true],
  ['of one entry, with two references of their own', ofEntry('E', 'T'), ofEntry('E', 'U'), false],
  ['of two places in one entry', ofEntry('E'), ofEntry('E', undefined, 2), false],
  ['of which one may be of any place in the entry', ofEntry('E', undefined, 2), ofEntry('E', 'T'), true],
  ['of two entries', ofEntry('E'), ofEntry('F'), false],
  ['of two entries, of which one has a reference of its own', ofEntry('E'), ofEntry('F', 'T'), false],
  ['of an entry whose name begins like that of another one', ofEntry('E'), ofEntry('E7', 'T'), false],
  ['of which one was heard when entries were not told', told(1n, 'E'), ofEntry('E', 'T'), true],
])('two notices %s', (_, one, other, isSame) => {
  expect(isSameReturn(one, other)).toBe(isSame)
  expect(isSameReturn(other, one)).toBe(isSame)
})

const tellsIn = (statement: string, minor: bigint, reference?: string): ReturnTold => ({
  ...told(minor, reference, '2026-11-23'),
  toldIn: statement,
})

/** An entry of so many alike; with references of their own where they begin with something. */
const entryIn = (statement: string, count: number, own?: string): ReturnTold[] =>
  Array.from({ length: count }, (_, at) => ({
    ...ofEntry('E', own && `${own}${at}`, at + 1),
    toldIn: statement,
  }))

/** How many of these count, told one after the other. */
function counted(all: readonly ReturnTold[]): number {
  const heard: ReturnHeard[] = []
  for (const one of all) heard.push({ ...one, isCounted: !wasTold(one, heard) })
  return heard.filter(({ isCounted }) => isCounted).length
}

test.each<[string, ReturnTold[], number]>([
  ['of one statement', [tellsIn('S', 1n), tellsIn('S', 1n)], 2],
  ['of two statements', [tellsIn('S', 1n), tellsIn('T', 1n)], 1],
  [
    'of two that another statement tells again',
    [tellsIn('S', 1n), tellsIn('S', 1n), tellsIn('T', 1n), tellsIn('T', 1n)],
    2,
  ],
  ['of one statement, behind one that told one of them', [tellsIn('S', 1n), tellsIn('T', 1n), tellsIn('T', 1n)], 2],
  [
    'of one statement that gives references, behind one without',
    [tellsIn('S', 1n), tellsIn('T', 1n, 'A'), tellsIn('T', 1n, 'B')],
    2,
  ],
  [
    'of two statements that give references, behind one without',
    [tellsIn('S', 1n), tellsIn('T', 1n, 'A'), tellsIn('U', 1n, 'B')],
    2,
  ],
  ['of one statement, of which one has a reference', [tellsIn('S', 1n, 'A'), tellsIn('S', 1n)], 2],
  [
    'of which one is told by its reference in both',
    [tellsIn('S', 1n, 'A'), tellsIn('T', 1n, 'A'), tellsIn('T', 1n)],
    2,
  ],
  [
    'of which both are told again, one without its reference',
    [tellsIn('S', 1n, 'A'), tellsIn('S', 1n), tellsIn('T', 1n, 'A'), tellsIn('T', 1n)],
    2,
  ],
  ['of one reference in one statement', [tellsIn('S', 1n, 'A'), tellsIn('S', 1n, 'A')], 1],
  ['that no statement tells', [told(1n), told(1n)], 1],
  ['of one entry, told by it and by their own references', [...entryIn('S', 2), ...entryIn('T', 2, 'T')], 2],
  ['of one entry, told by their own references and by it', [...entryIn('S', 2, 'T'), ...entryIn('T', 2)], 2],
  [
    'of one entry, told one by one and then by it',
    [...entryIn('S', 1, 'T'), ...entryIn('T', 1, 'U'), ...entryIn('V', 2)],
    2,
  ],
  ['of one entry, told by it in part and then whole', [...entryIn('S', 1), ...entryIn('T', 2, 'T')], 2],
])('of returns alike %s, %#: as many count as there must be', (_, all, count) => {
  expect(counted(all)).toBe(count)
})

test('whatever statements tell how often and in which order, none counts twice, and without references all that one tells count', () => {
  const one = fc.record({ minor: fc.constantFrom(1n, 1n, 2n), day: fc.constantFrom('2026-11-23', '2026-11-24') })
  const given = fc.array(one, { minLength: 1, maxLength: 5 }).chain((returns) =>
    fc.record({
      returns: fc.constant(returns),
      statements: fc.array(
        fc
          .shuffledSubarray(returns.map((_, at) => at))
          .chain((ats) => fc.tuple(...ats.map((at) => fc.record({ at: fc.constant(at), hasReference: fc.boolean() })))),
        { maxLength: 5 },
      ),
      order: fc.infiniteStream(fc.nat({ max: 1_000 })),
    }),
  )
  fc.assert(
    fc.property(given, ({ returns, statements, order }) => {
      const news = statements.flatMap((statement, number) =>
        (statement as { at: number; hasReference: boolean }[]).map(({ at, hasReference }): ReturnTold => {
          const { minor, day } = returns[at] ?? { minor: 1n, day: '2026-11-23' }
          return { ...told(minor, hasReference ? `R${at}` : undefined, day), toldIn: `S${number}` }
        }),
      )
      const mixed = news
        .map((each) => ({ each, place: order.next().value ?? 0 }))
        .sort((a, b) => a.place - b.place)
        .map(({ each }) => each)
      const [most = 0] = statements.map(({ length }) => length).sort((a, b) => b - a)
      const count = counted(mixed)
      if (news.every(({ reference }) => reference === undefined)) expect(count).toBeGreaterThanOrEqual(most)
      expect(count).toBeLessThanOrEqual(
        new Set(statements.flatMap((each) => (each as { at: number }[]).map(({ at }) => at))).size,
      )
    }),
    { numRuns: 2_000, seed: 20_261_122 },
  )
})

test('of alike in entries none counts twice, and as many as one statement tells do, by whichever reference it tells them', () => {
  const statement = fc.record({ entry: fc.nat({ max: 1 }), isNamed: fc.boolean(), places: fc.subarray([0, 1, 2]) })
  fc.assert(
    fc.property(fc.array(statement, { maxLength: 6 }), (statements) => {
      const news = statements.flatMap(({ entry, isNamed, places }, number) =>
        places.map(
          (place, at): ReturnTold => ({
            ...ofEntry(`E${entry}`, isNamed ? `T${entry}${place}` : undefined, at + 1),
            toldIn: `S${number}`,
          }),
        ),
      )
      const real = statements.flatMap(({ entry, places }) => places.map((place) => `${entry} ${place}`))
      const count = counted(news)
      expect(count).toBeLessThanOrEqual(new Set(real).size)
      expect(count).toBeGreaterThanOrEqual(Math.max(0, ...statements.map(({ places }) => places.length)))
    }),
    { numRuns: 5_000, seed: 20_261_122 },
  )
})

test('each return counts once, whatever is told how often and in which order, and parts are never more than the whole', async () => {
  const db = payments.database.forTenant('returns')
  const part = fc.record({ reference: fc.nat({ max: 6 }), key: fc.nat({ max: 3 }) })
  /** What each return of the rail is, whenever it is told. */
  const amounts = [100n, 100n, 250n, 400n, 1n, 700n, 999n]
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(part, { minLength: 1, maxLength: 4 }), { maxLength: 8 }), async (batches) => {
      const order = instruction({ amount: money(1_000n, 'EUR') })
      await inTransaction(db, (tx) => registerInstruction(tx, order, 'sandbox', NOON))
      const counted = new Set<number>()
      const expected = () => [...counted].reduce((sum, at) => sum + (amounts[at] ?? 0n), 0n)
      let changes = 0
      for (const batch of batches) {
        for (const { reference } of batch) if (expected() + (amounts[reference] ?? 0n) <= 1_000n) counted.add(reference)
        const notices = batch.map(
          ({ reference, key }): Notice => ({
            instructionId: order.id,
            key: `${reference} ${key}`,
            kind: 'RETURN',
            amount: money(amounts[reference] ?? 0n, 'EUR'),
            reference: `R${reference}`,
            reason: undefined,
          }),
        )
        const changed = await inTransaction(db, (tx) => takeNotices(tx, notices, NOON))
        changes += changed.filter(({ after }) => after.state === 'RETURNED').length
      }
      const { returned } = (await findInstruction(db, order.id)) ?? {}
      expect({ minor: returned?.minor ?? 0n, changes }).toEqual({ minor: expected(), changes: counted.size })
    }),
    { numRuns: 60, seed: 20_261_121 },
  )
})

test('a return that was heard before statements were told apart is not counted again under its key', async () => {
  const db = payments.database.forTenant('returns')
  const order = instruction({ amount: money(1_000n, 'EUR') })
  await inTransaction(db, (tx) => registerInstruction(tx, order, 'sandbox', NOON))
  const back = { kind: 'RETURN', reason: undefined, ...told(400n) } as const
  const heard = async (more: Partial<ReturnTold>, key = 'camt:["S-1",2,null] 400') => {
    const notice: Notice = { instructionId: order.id, key, ...back, ...more }
    await inTransaction(db, (tx) => takeNotices(tx, [notice], NOON))
    return (await findInstruction(db, order.id))?.returned?.minor
  }
  expect(await heard({})).toBe(400n)
  expect(await heard({})).toBe(400n)
  expect(await heard({ bookedOn: '2026-11-23', toldIn: '["file","S-1"]' })).toBe(400n)
  expect(await heard({ bookedOn: '2026-11-23', toldIn: '["file","S-1"]' })).toBe(400n)
  const second = { bookedOn: '2026-11-23', toldIn: '["file","S-1"]' }
  expect(await heard(second, 'camt:["S-1",2,null] 400 2')).toBe(800n)
})
