// What rails charge for what they move.

import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { fromUuid, newId } from '@carriergraph/shared/ids.ts'
import { money } from '@carriergraph/shared/money/money.ts'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { lockCycle } from '../db/settlement-cycles.ts'
import { railFees } from '../rails/rail-fees.ts'
import { booksOf, notification, reconcile, settleAll, statement } from '../testing/bank-day.ts'
import { expectSoundPayments } from '../testing/lifecycle.ts'
import { OPERATOR_IBAN, orderOf, type RailsStage, setRailsStage, takenOnBy } from '../testing/rails-stage.ts'
import { clear, type Moved } from './clear.ts'

const DAY_MS = 86_400_000
let stage: RailsStage
beforeAll(async () => {
  stage = await setRailsStage({ RAIL_BANK: 'iso20022', RAIL_FEES: railFees.parse('iso20022/EUR=0.25+10bp<=5.00') })
})
afterAll(() => stage[Symbol.asyncDispose]())

test('a settlement books what the rail charges, as the bank shows it in one entry or in two, and reconciliation nothing more', async () => {
  const purse = await stage.purseWith(10_000n)
  const process = stage.process()
  const create = async (key: string, minor: bigint, type: 'WITHDRAWAL' | 'DEPOSIT') => {
    const taken = takenOnBy(await process.flow.create(stage.books, orderOf(purse, key, minor, { type })))
    return (await stage.instructionOf(taken)).instruction.id
  }
  const net = await create('net', 1_000n, 'WITHDRAWAL')
  const apart = await create('apart', 2_000n, 'WITHDRAWAL')
  const comes = await create('comes', 5_000n, 'DEPOSIT')
  await process.turn()
  const out = (amount: string, id: typeof net) => ({ amount, sign: 'DBIT', id }) as const
  const come = { amount: '50.00', sign: 'CRDT', id: comes } as const
  await stage.receive('1-camt.054.xml', notification(stage, [out('10.00', net), out('20.00', apart), come]))
  await process.turn()
  expect(await booksOf(stage)).toMatchObject({ WALLET: 12_000n, RAIL_CLEARING: -2_000n, FUNDING: -10_000n })
  stage.clock.advance(3 * DAY_MS)
  expect(await settleAll(stage, process)).toBe(1)
  // 0.26, 0.27 and 0.30.
  const settled = { WALLET: 12_000n, BANK_FEES: -83n, FUNDING: -11_917n, difference: 0n }
  expect(await booksOf(stage)).toEqual(settled)
  stage.clock.advance(-3 * DAY_MS)
  const shown = [out('10.26', net), out('20.00', apart), out('0.27', apart), come, out('0.30', comes)]
  expect(await reconcile(stage, statement(stage, shown))).toEqual([
    ...Array(4).fill('MATCHED SETTLED 1/1'),
    'MATCHED SETTLED 1/2',
  ])
  expect(await booksOf(stage)).toEqual(settled)
  await expectSoundPayments(stage.database)
})

test('what is cleared again is charged as it was the first time, whatever the rail charges now', async () => {
  const moved: Moved = {
    reference: newId('rem'),
    direction: 'OUT',
    rail: 'iso20022',
    amount: money(10_000n, 'EUR'),
    instruction: newId('ins'),
    counterparty: null,
    isCharged: true,
  }
  const charging = (fee: string) => stage.process({ settings: { RAIL_FEES: railFees.parse(fee) } }).rails.config
  for (const fee of ['iso20022/EUR=0.25', 'iso20022/EUR=0.30', 'sandbox/EUR=1.00'])
    await inTransaction(stage.books.db, (tx) => clear(tx, charging(fee), moved, stage.clock()))
  const back = { ...moved, reference: moved.instruction, direction: 'IN', isCharged: false } as const
  await inTransaction(stage.books.db, (tx) => clear(tx, charging('iso20022/EUR=0.30'), back, stage.clock()))
  const { system } = stage.database.sql
  const named = [moved.reference, `${moved.reference} fee`, back.reference, `${back.reference} fee`]
  const items = await system`
    select reference, amount_minor as minor from settlement_item where reference in ${system(named)} order by amount_minor, reference`
  expect([...items]).toEqual([
    { reference: `${moved.reference} fee`, minor: 25n },
    ...[moved.reference, back.reference].toSorted().map((reference) => ({ reference, minor: 10_000n })),
  ])
  const expected = await system`
    select source, amount_minor as minor from expected_movement
    where account = ${OPERATOR_IBAN} and source in ${system(named)} order by amount_minor`
  expect([...expected]).toEqual([
    { source: moved.reference, minor: -10_000n },
    { source: `${moved.reference} fee`, minor: -25n },
    { source: back.reference, minor: 10_000n },
  ])
})

test('those who are the first to be charged in a cycle wait for one another, and not in a circle', async () => {
  const config = stage.process({ settings: { RAIL_FEES: railFees.parse('iso20022/USD=10bp') } }).rails.config
  const of = { rail: 'iso20022', direction: 'OUT', counterparty: null, isCharged: true } as const
  const collided = () => Promise.reject(new Error('They waited for one another.'))
  const one = (minor: bigint) => {
    const moved = { ...of, reference: newId('rem'), amount: money(minor, 'USD'), instruction: newId('ins') }
    return inTransaction(stage.books.db, (tx) => clear(tx, config, moved, stage.clock()), { pause: collided })
  }
  // So that BANK_FEES is there, and nobody waits for whoever opens it.
  await one(10_000n)
  stage.clock.advance(3 * DAY_MS)
  // Too little to be charged for: all that follow share this pair, and are the first of the other one.
  await one(1n)
  const { system } = stage.database.sql
  const [row] = await system`select cycle_id as id from settlement_item where amount_minor = 1`
  const all = await inTransaction(stage.books.db, async (tx) => {
    await lockCycle(tx, fromUuid('cyc', row?.id), 'no key update')
    const started = Promise.allSettled([one(10_000n), one(10_000n)])
    const blocked = () => system`
      select distinct pid from pg_locks join pg_stat_activity using (pid) where not granted and datname = current_database()`
    await vi.waitFor(async () => expect(await blocked()).toHaveLength(2), { timeout: 30_000 })
    return { started }
  })
  expect(await all.started).toMatchObject([{ status: 'fulfilled' }, { status: 'fulfilled' }])
})
