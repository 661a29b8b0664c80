import { fixedClock } from '@carriergraph/shared/clock.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import { money } from '@carriergraph/shared/money/money.ts'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findInstruction } from '../db/rail-instructions.ts'
import { openPaymentsDatabase, type PaymentsDatabase } from '../testing/payments-database.ts'
import { type InstructionChange, RailDriver, registerInstruction, takeNotices } from './drive.ts'
import type { Instruction } from './instruction.ts'
import type { Rail } from './rail.ts'
import { instruction, NOON } from './rails.fixture.ts'
import { FAULTS, type Fault } from './sandbox/fault.ts'
import { createSandboxRail } from './sandbox/sandbox-rail.ts'
import { FINAL_STATES, type InstructionState } from './status.ts'

let payments: PaymentsDatabase
beforeAll(async () => {
  payments = await openPaymentsDatabase()
})
afterAll(() => payments[Symbol.asyncDispose]())

let tenants = 0
/** A tenant with a sandbox; `driver` makes another process of it. */
function stage(wrap: (rail: Rail) => Rail = (rail) => rail) {
  tenants += 1
  const db = payments.database.forTenant(`drive-${tenants}`)
  const clock = fixedClock(NOON)
  const rail = wrap(createSandboxRail({ db, clock, seed: 'test' }))
  const changes: InstructionChange[] = []
  const onChange = async (_: unknown, change: InstructionChange) => void changes.push(change)
  const driver = () => new RailDriver({ db, rail, clock, onChange })
  const register = (order: Instruction) => inTransaction(db, (tx) => registerInstruction(tx, order, 'sandbox', clock()))
  /** As long as it takes for everything to end. */
  async function quiet() {
    for (let round = 0; round < 4; round += 1) {
      await driver().collect()
      await driver().resume(clock(), 100)
      clock.advance(62_000)
    }
    await driver().collect()
    await driver().resume(clock(), 100)
  }
  const through = (id: Id<'ins'>) =>
    changes.filter(({ after }) => after.instruction.id === id).map(({ after }) => after.state)
  return { db, clock, driver, register, quiet, changes, through, rail }
}

const asked = (fault: Fault) => instruction({ remittance: `SANDBOX ${fault}` })
const isFinal = (state: InstructionState) => (FINAL_STATES as readonly InstructionState[]).includes(state)

const ENDS: Readonly<Record<Fault, InstructionState[]>> = {
  NONE: ['UNKNOWN', 'ACCEPTED', 'SETTLED'],
  DECLINE: ['UNKNOWN', 'REJECTED'],
  'DECLINE-LATER': ['UNKNOWN', 'ACCEPTED', 'REJECTED'],
  LOST: ['UNKNOWN', 'REGISTERED', 'UNKNOWN', 'ACCEPTED', 'SETTLED'],
  'LATE-SUCCESS': ['UNKNOWN', 'ACCEPTED', 'SETTLED'],
  'LATE-DECLINE': ['UNKNOWN', 'ACCEPTED', 'REJECTED'],
  DUPLICATE: ['UNKNOWN', 'ACCEPTED', 'SETTLED'],
  'OUT-OF-ORDER': ['UNKNOWN', 'ACCEPTED', 'SETTLED'],
  SILENT: ['UNKNOWN', 'ACCEPTED', 'SETTLED'],
  RETURN: ['UNKNOWN', 'ACCEPTED', 'SETTLED', 'RETURNED'],
  'RETURN-FIRST': ['UNKNOWN', 'ACCEPTED', 'SETTLED', 'RETURNED'],
}

test.each(FAULTS)('an instruction that meets %s goes its way to its end', async (fault) => {
  const { driver, register, clock, quiet, through, db } = stage()
  const order = asked(fault)
  expect(await register(order)).toMatchObject({ ok: true, value: { state: 'REGISTERED', version: 1 } })
  await driver().send(order.id)
  clock.advance(500)
  await driver().resume(clock(), 10)
  await quiet()
  expect(through(order.id)).toEqual(ENDS[fault])
  const stored = await findInstruction(db, order.id)
  expect(stored).toMatchObject({ state: ENDS[fault].at(-1), version: ENDS[fault].length + 1, contradictions: 0 })
  expect(stored?.instruction).toEqual(order)
  expect(stored?.returned).toEqual(fault.startsWith('RETURN') ? order.amount : undefined)
})

type Action = 'send' | 'resume' | 'collect' | 'collect and die' | 'wait'
const ACTIONS: readonly Action[] = ['send', 'resume', 'collect', 'collect and die', 'wait']

test('whatever the faults, the order of things and the deaths: one final state each, told once', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom(...FAULTS), { minLength: 1, maxLength: 5 }),
      fc.array(fc.tuple(fc.constantFrom(...ACTIONS), fc.nat(4)), { maxLength: 14 }),
      async (faults, actions) => {
        const { driver, register, quiet, through, clock, rail } = stage()
        const orders = faults.map(asked)
        for (const order of orders) await register(order)
        for (const [action, index] of actions) {
          const order = orders[index % orders.length]
          if (action === 'send' && order !== undefined) await driver().send(order.id)
          if (action === 'resume') await driver().resume(clock(), 3)
          if (action === 'collect') await Promise.all([driver().collect(), driver().collect()])
          if (action === 'collect and die') await rail.notices().next()
          if (action === 'wait') clock.advance(700)
        }
        await quiet()
        for (const [index, { id }] of orders.entries()) {
          const states = through(id)
          expect(states.filter(isFinal)).toHaveLength(1)
          expect(states.at(-1)).toBe(ENDS[faults[index] ?? 'NONE'].at(-1))
        }
      },
    ),
    { numRuns: 40, seed: 20_261_121 },
  )
}, 120_000)

test('whoever sends the same at once, it is accepted and settled once', async () => {
  const { driver, register, quiet, through, db } = stage()
  const order = asked('NONE')
  await register(order)
  await Promise.all([driver().send(order.id), driver().send(order.id), driver().send(order.id)])
  await quiet()
  // One may ask while another is about to send; whether that happens here is up to chance.
  const known = through(order.id).filter((state) => state !== 'UNKNOWN' && state !== 'REGISTERED')
  expect(known).toEqual(['ACCEPTED', 'SETTLED'])
  expect(await findInstruction(db, order.id)).toMatchObject({ state: 'SETTLED', contradictions: 0 })
})

test('who asks while another is about to send finds nothing there and sends it too, as the same', async () => {
  let first = true
  const { driver, register, quiet, through, db } = stage((rail) => ({
    ...rail,
    async submit(order) {
      if (first) {
        first = false
        await driver().send(order.id)
      }
      return rail.submit(order)
    },
  }))
  const order = asked('NONE')
  await register(order)
  expect(await driver().send(order.id)).toMatchObject({ state: 'ACCEPTED' })
  await quiet()
  expect(through(order.id)).toEqual(ENDS.LOST)
  expect(await findInstruction(db, order.id)).toMatchObject({ state: 'SETTLED', contradictions: 0 })
})

test('a process that dies while it sends leaves what is asked about, and never sent as another', async () => {
  let submitted = 0
  const dying = (rail: Rail): Rail => ({
    ...rail,
    async submit(order) {
      const answer = await rail.submit(order)
      submitted += 1
      if (submitted === 1) throw new Error('died')
      return answer
    },
  })
  const { driver, register, clock, quiet, through, db } = stage(dying)
  const order = asked('NONE')
  await register(order)
  await expect(driver().send(order.id)).rejects.toThrow('died')
  expect(await findInstruction(db, order.id)).toMatchObject({ state: 'UNKNOWN' })
  clock.advance(1)
  await driver().resume(clock(), 10)
  await quiet()
  expect(through(order.id)).toEqual(ENDS.NONE)
  expect(submitted).toBe(1)
})

test('what may be on its way, because its rail gave no answer, is not taken back', async () => {
  const { driver, register, db } = stage((rail) => ({
    ...rail,
    cancel: () => Promise.reject(new Error('was asked to cancel')),
  }))
  const order = asked('LATE-SUCCESS')
  await register(order)
  expect(await driver().cancel(order.id)).toMatchObject({ ok: false, code: 'CANCEL_TOO_LATE' })
  expect(await findInstruction(db, order.id)).toMatchObject({ state: 'UNKNOWN' })
})

test('one that fails keeps nobody else from being looked after', async () => {
  let failing: Id<'ins'> | undefined
  const { driver, register, clock, db } = stage((rail) => ({
    ...rail,
    submit: (order) => (order.id === failing ? Promise.reject(new Error('no line')) : rail.submit(order)),
  }))
  const orders = [asked('NONE'), asked('NONE'), asked('NONE')]
  failing = orders[1]?.id
  for (const order of orders) await register(order)
  clock.advance(1)
  await expect(driver().resume(clock(), 10)).rejects.toThrow(AggregateError)
  const states = await Promise.all(orders.map(async ({ id }) => (await findInstruction(db, id))?.state))
  expect(states).toEqual(['ACCEPTED', 'UNKNOWN', 'ACCEPTED'])
})

test('what the rail does not carry is rejected with the rail’s reason, and never sent', async () => {
  const { driver, register, through } = stage((rail) => ({
    ...rail,
    check: () => ({ ok: false, code: 'IBAN_INVALID', message: 'No IBAN.' }),
    submit: () => Promise.reject(new Error('was sent')),
  }))
  const order = asked('NONE')
  await register(order)
  const reason = { code: 'IBAN_INVALID', text: 'No IBAN.' }
  expect(await driver().send(order.id)).toMatchObject({ state: 'REJECTED', reason })
  expect(through(order.id)).toEqual(['REJECTED'])
})

test('another instruction under a registered id is refused, and the first stays', async () => {
  const { register, db } = stage()
  const order = instruction()
  await register(order)
  expect(await register({ ...order, amount: money(1n, 'EUR') })).toMatchObject({ code: 'INSTRUCTION_DIFFERS' })
  const turned = order.direction === 'OUT' ? 'IN' : 'OUT'
  expect(await register({ ...order, direction: turned })).toMatchObject({ code: 'INSTRUCTION_DIFFERS' })
  expect(await register(order)).toMatchObject({ ok: true })
  expect((await findInstruction(db, order.id))?.instruction).toEqual(order)
})

test('the same instruction is not registered again for another rail: what one may have sent, no other sends', async () => {
  const { register, db, clock } = stage()
  const order = instruction()
  await register(order)
  const elsewhere = inTransaction(db, (tx) => registerInstruction(tx, order, 'iso20022', clock()))
  expect(await elsewhere).toMatchObject({ ok: false, code: 'INSTRUCTION_DIFFERS' })
  expect(await findInstruction(db, order.id)).toMatchObject({ rail: 'sandbox', state: 'REGISTERED', version: 1 })
})

test('a second end is a contradiction: it is counted and changes nothing', async () => {
  const { register, db, clock, changes } = stage()
  const order = instruction()
  await register(order)
  const status = (code: 'ACSC' | 'RJCT', key: string) =>
    ({ instructionId: order.id, key, kind: 'STATUS', status: code, reason: undefined }) as const
  const news = [status('ACSC', 'a'), status('RJCT', 'b'), status('RJCT', 'b'), status('ACSC', 'c')]
  const told = await inTransaction(db, (tx) => takeNotices(tx, news, clock()))
  expect(told.map(({ before, after }) => [before, after.state])).toEqual([['REGISTERED', 'SETTLED']])
  expect(await findInstruction(db, order.id)).toMatchObject({ state: 'SETTLED', contradictions: 1, version: 2 })
  expect(changes).toEqual([])
})

test('notices of others are left out', async () => {
  const { db, clock } = stage()
  const notice = { instructionId: instruction().id, key: 'a', kind: 'NO_ANSWER' } as const
  expect(await inTransaction(db, (tx) => takeNotices(tx, [notice], clock()))).toEqual([])
})

test.each(['rail_notice', 'settlement_item', 'settlement_position'])(
  'the database refuses to rewrite %s',
  async (table) => {
    const { sql } = payments.database
    await expect(sql.system.unsafe(`delete from ${table}`)).rejects.toThrow('append-only')
    await expect(sql.system.unsafe(`update ${table} set tenant_id = tenant_id`)).rejects.toThrow('append-only')
  },
)

test('news that cannot be taken keeps no other of its batch from being heard, and is told again', async () => {
  const { db, rail, register, driver, clock, through } = stage()
  const orders = Array.from({ length: 3 }, () => asked('NONE'))
  for (const order of orders) {
    await register(order)
    await driver().send(order.id)
  }
  clock.advance(62_000)
  const [bad] = orders
  const failing = new RailDriver({
    db,
    rail,
    clock,
    onChange: async (_, { after }) => {
      if (after.instruction.id === bad?.id) throw new Error('not now')
    },
  })
  await expect(failing.collect()).rejects.toThrow('The news of 1 instructions was not taken.')
  const states = await Promise.all(orders.map(async ({ id }) => (await findInstruction(db, id))?.state))
  expect(states).toEqual(['ACCEPTED', 'SETTLED', 'SETTLED'])
  await driver().collect()
  expect(through(orders[0]?.id as Id<'ins'>).at(-1)).toBe('SETTLED')
})
