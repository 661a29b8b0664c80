import { money } from '@carriergraph/shared/money/money.ts'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { endToEndId, type Instruction, instructionHash, instructionId, instructionOf } from './instruction.ts'
import { interpret, type News } from './notice.ts'
import { FAULTS } from './sandbox/fault.ts'
import { scriptOf } from './sandbox/script.ts'
import { FINAL_STATES, INSTRUCTION_STATES, type InstructionState, STATUS_STATES, TRANSITIONS } from './status.ts'

const TEN = money(1000n, 'EUR')
const status = (code: keyof typeof STATUS_STATES): News => ({ kind: 'STATUS', status: code, reason: undefined })
const RETURN: News = { kind: 'RETURN', amount: TEN, reason: undefined }
const NO_ANSWER: News = { kind: 'NO_ANSWER' }
const NEVER_ARRIVED: News = { kind: 'NEVER_ARRIVED' }

const NEWS: Readonly<Record<string, () => News>> = {
  RETURN: () => RETURN,
  NO_ANSWER: () => NO_ANSWER,
  NEVER_ARRIVED: () => NEVER_ARRIVED,
}

test.each<[InstructionState, string, readonly InstructionState[] | 'NOTHING_NEW' | 'CONTRADICTION']>([
  ['REGISTERED', 'NO_ANSWER', ['UNKNOWN']],
  ['REGISTERED', 'NEVER_ARRIVED', 'NOTHING_NEW'],
  ['REGISTERED', 'ACTC', ['ACCEPTED']],
  ['REGISTERED', 'RETURN', ['SETTLED', 'RETURNED']],
  ['UNKNOWN', 'NEVER_ARRIVED', ['REGISTERED']],
  ['UNKNOWN', 'PDNG', ['ACCEPTED']],
  ['UNKNOWN', 'ACSC', ['SETTLED']],
  ['UNKNOWN', 'RJCT', ['REJECTED']],
  ['ACCEPTED', 'NO_ANSWER', 'NOTHING_NEW'],
  ['ACCEPTED', 'NEVER_ARRIVED', 'NOTHING_NEW'],
  ['ACCEPTED', 'ACSP', 'NOTHING_NEW'],
  ['ACCEPTED', 'CANC', ['CANCELLED']],
  ['ACCEPTED', 'RETURN', ['SETTLED', 'RETURNED']],
  ['SETTLED', 'ACCC', 'NOTHING_NEW'],
  ['SETTLED', 'ACSP', 'NOTHING_NEW'],
  ['SETTLED', 'NO_ANSWER', 'NOTHING_NEW'],
  ['SETTLED', 'NEVER_ARRIVED', 'NOTHING_NEW'],
  ['SETTLED', 'RETURN', ['RETURNED']],
  ['SETTLED', 'RJCT', 'CONTRADICTION'],
  ['SETTLED', 'CANC', 'CONTRADICTION'],
  ['REJECTED', 'ACTC', 'NOTHING_NEW'],
  ['REJECTED', 'ACSC', 'CONTRADICTION'],
  ['REJECTED', 'RETURN', 'CONTRADICTION'],
  ['CANCELLED', 'ACSC', 'CONTRADICTION'],
  ['RETURNED', 'ACSC', 'NOTHING_NEW'],
  ['RETURNED', 'RETURN', ['RETURNED']],
  ['RETURNED', 'RJCT', 'CONTRADICTION'],
])('to what is %s, %s means %j', (state, name, expected) => {
  const news = NEWS[name]?.() ?? status(name as keyof typeof STATUS_STATES)
  const effect = typeof expected === 'string' ? { effect: expected } : { effect: 'CHANGED', states: expected }
  expect(interpret(state, news)).toEqual(effect)
})

/** All states that an instruction goes through while it hears these news. */
function states(news: readonly News[]): InstructionState[] {
  const through: InstructionState[] = ['REGISTERED']
  for (const each of news) {
    const meaning = interpret(through.at(-1) ?? 'REGISTERED', each)
    if (meaning.effect === 'CHANGED') through.push(...meaning.states)
  }
  return through
}

const finals = (through: readonly InstructionState[]) =>
  through.filter((state) => (FINAL_STATES as readonly InstructionState[]).includes(state))

const anyNews: fc.Arbitrary<News> = fc.oneof(
  fc.constantFrom(...(Object.keys(STATUS_STATES) as (keyof typeof STATUS_STATES)[])).map(status),
  fc.constantFrom(RETURN, NO_ANSWER, NEVER_ARRIVED),
)

test('whatever is heard, even contradictions: at most one final state, and only legal steps', () => {
  fc.assert(
    fc.property(fc.array(anyNews, { maxLength: 30 }), (news) => {
      const through = states(news)
      expect(finals(through).length).toBeLessThanOrEqual(1)
      for (const [index, state] of through.slice(1).entries())
        expect(TRANSITIONS[through[index] ?? 'REGISTERED'] as readonly InstructionState[]).toContain(state)
    }),
    { numRuns: 2_000 },
  )
})

/** What says nothing about the end. */
const anyWay = fc.constantFrom<News>(status('ACTC'), status('PDNG'), NO_ANSWER, NEVER_ARRIVED)

test.each(FAULTS)('notices of %s, in any order and number, give the one end that is true', (fault) => {
  const script = scriptOf({ fault, declineCode: 'AC04' }, TEN)
  const heard = [
    script.end.news,
    ...script.notices.map(({ news }) => news),
    ...(script.returned ? [script.returned.news] : []),
  ]
  const [end] = finals(states([script.end.news]))
  fc.assert(
    fc.property(fc.array(fc.nat(), { minLength: 1, maxLength: 8 }), fc.array(anyWay), (extra, way) => {
      const repeated = [...heard, ...way, ...extra.map((at) => heard[at % heard.length] ?? NO_ANSWER)]
      for (const order of [
        repeated,
        repeated.toReversed(),
        repeated.toSorted((a, b) => a.kind.localeCompare(b.kind)),
      ]) {
        const through = states(order)
        expect(finals(through)).toEqual([end])
        expect(through.at(-1)).toBe(script.returned === undefined ? end : 'RETURNED')
      }
    }),
  )
})

test('every state can be reached, and every status means one', () => {
  const reached = new Set(Object.values(TRANSITIONS).flat())
  expect([...reached].sort()).toEqual([...INSTRUCTION_STATES].sort())
  for (const state of Object.values(STATUS_STATES)) expect(INSTRUCTION_STATES).toContain(state)
})

const instruction: Instruction = {
  id: instructionId('pay_1', 'out'),
  direction: 'OUT',
  reference: 'pay_1',
  amount: TEN,
  debtor: { name: 'Ada', account: 'A', agent: 'B' },
  creditor: { name: 'Bob', account: undefined, agent: undefined },
  remittance: 'x',
  executionDate: '2026-11-23',
}

test('an instruction has the same id for the same purpose, and another for another', () => {
  expect(instructionId('pay_1', 'out')).toBe(instruction.id)
  expect(new Set(['out', 'back'].map((leg) => instructionId('pay_1', leg))).size).toBe(2)
  expect(instructionId('pay_1', 'x","y')).not.toBe(instructionId('pay_1","x', 'y'))
})

test('its content is told apart by everything that it says', () => {
  const others: Partial<Instruction>[] = [
    { amount: money(1001n, 'EUR') },
    { amount: money(1000n, 'USD') },
    { debtor: { ...instruction.debtor, name: 'Eve' } },
    { creditor: { ...instruction.creditor, account: 'B' } },
    { creditor: { ...instruction.creditor, agent: 'B' } },
    { reference: 'pay_2' },
    { remittance: undefined },
    { executionDate: '2026-11-24' },
    { direction: 'IN' },
  ]
  const hashes = [instruction, ...others.map((other) => ({ ...instruction, ...other }))].map(instructionHash)
  expect(new Set(hashes).size).toBe(others.length + 1)
})

test('its reference from end to end is found again, also in capitals, and no other reference is taken for one', () => {
  const reference = endToEndId(instruction.id)
  expect(reference).toMatch(/^ins-[0-9a-z]{26}$/)
  expect(instructionOf(reference)).toBe(instruction.id)
  expect(instructionOf(` ${reference.toUpperCase()} `)).toBe(instruction.id)
  for (const other of ['', 'NOTPROVIDED', 'ins-', `${reference}0`, reference.replace('ins', 'pay'), 'E2E-1'])
    expect(instructionOf(other)).toBeUndefined()
})
