import { readFileSync } from 'node:fs'
import { fixedClock } from '@carriergraph/shared/clock.ts'
import { newId } from '@carriergraph/shared/ids.ts'
import { money } from '@carriergraph/shared/money/money.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openPaymentsDatabase, type PaymentsDatabase } from '../../testing/payments-database.ts'
import { fateKeyOf, type Instruction } from '../instruction.ts'
import { checkInstruction } from '../iso20022/check-instruction.ts'
import type { Notice } from '../notice.ts'
import { InstructionDiffersError, type Rail } from '../rail.ts'
import { instruction, NOON } from '../rails.fixture.ts'
import { FAULTS, type Fault, fateOf, MAGIC_AMOUNTS } from './fault.ts'
import { createSandboxRail } from './sandbox-rail.ts'

let payments: PaymentsDatabase
beforeAll(async () => {
  payments = await openPaymentsDatabase()
})
afterAll(() => payments[Symbol.asyncDispose]())

let tenants = 0
/** A sandbox of its own; `restart` gives another one over the same database. */
function sandbox() {
  tenants += 1
  const db = payments.database.forTenant(`sandbox-${tenants}`)
  const clock = fixedClock(NOON)
  const restart = () => createSandboxRail({ db, clock, seed: 'test' })
  return { clock, restart, rail: restart() }
}

async function told(rail: Rail): Promise<Notice[]> {
  const all: Notice[] = []
  for await (const notices of rail.notices()) all.push(...notices)
  return all
}

const asked = (fault: Fault, code = '') => instruction({ remittance: `SANDBOX ${fault} ${code}`.trim() })
const brief = (notices: readonly Notice[] = []) =>
  notices.map((notice) =>
    notice.kind === 'STATUS' ? [notice.status, notice.reason?.code].join(' ').trim() : notice.kind,
  )

const ACCEPTED = { outcome: 'ACCEPTED', status: 'ACTC' }
const UNKNOWN = { outcome: 'UNKNOWN' }

test.each<[Fault, object, string[], string[], string[]]>([
  // fault, the answer, what is told in the end, what an inquiry says at once and in the end
  ['NONE', ACCEPTED, ['ACSC'], ['PDNG'], ['ACSC']],
  ['DECLINE', { outcome: 'DECLINED', reason: { code: 'AM04' } }, [], ['RJCT AM04'], ['RJCT AM04']],
  ['DECLINE-LATER', ACCEPTED, ['RJCT AM04'], ['PDNG'], ['RJCT AM04']],
  ['LATE-SUCCESS', UNKNOWN, ['ACSC'], ['PDNG'], ['ACSC']],
  ['LATE-DECLINE', UNKNOWN, ['RJCT AM04'], ['PDNG'], ['RJCT AM04']],
  ['DUPLICATE', ACCEPTED, ['ACSC', 'ACSC', 'ACSC'], ['PDNG'], ['ACSC']],
  ['OUT-OF-ORDER', ACCEPTED, ['ACSC', 'ACSP'], ['PDNG'], ['ACSC']],
  ['SILENT', ACCEPTED, [], ['PDNG'], ['ACSC']],
  ['RETURN', ACCEPTED, ['ACSC', 'RETURN'], ['PDNG'], ['ACSC', 'RETURN']],
  ['RETURN-FIRST', ACCEPTED, ['RETURN', 'ACSC'], ['PDNG'], ['ACSC', 'RETURN']],
])('%s does what it says, and a restart changes nothing', async (fault, answer, notices, now, later) => {
  const { clock, rail, restart } = sandbox()
  const order = asked(fault, 'AM04')
  expect(await rail.submit(order)).toMatchObject(answer)
  expect(brief(await restart().inquire(order.id))).toEqual(now)
  expect(await restart().submit(order)).toMatchObject(answer)
  const heard = await told(restart())
  for (let minute = 0; minute < 2; minute += 1) {
    clock.advance(59_000)
    heard.push(...(await told(restart())))
  }
  expect(brief(heard)).toEqual(notices)
  expect(brief(await restart().inquire(order.id))).toEqual(later)
})

test('LOST never arrives the first time, and does the second', async () => {
  const { clock, rail, restart } = sandbox()
  const order = asked('LOST')
  expect(await rail.submit(order)).toEqual(UNKNOWN)
  clock.advance(100_000)
  expect(await rail.inquire(order.id)).toBeUndefined()
  expect(await told(rail)).toEqual([])
  expect(await restart().submit(order)).toEqual(ACCEPTED)
  clock.advance(1_000)
  expect(brief(await told(rail))).toEqual(['ACSC'])
})

test('a batch of notices that was not stored is told again', async () => {
  const { clock, rail, restart } = sandbox()
  await rail.submit(asked('NONE'))
  clock.advance(1_000)
  const interrupted = rail.notices()
  expect((await interrupted.next()).value).toHaveLength(1)
  await interrupted.return(undefined)
  expect(await told(restart())).toHaveLength(1)
  expect(await told(restart())).toHaveLength(0)
})

test('what has not ended can be taken back, and that is told', async () => {
  const { clock, rail, restart } = sandbox()
  const [early, late, lost] = [asked('LATE-SUCCESS'), asked('NONE'), asked('LOST')]
  for (const order of [early, late, lost]) await rail.submit(order)
  clock.advance(1_000)
  expect(await rail.cancel(early.id)).toMatchObject({ ok: true })
  expect(await restart().cancel(early.id)).toMatchObject({ ok: true })
  expect(await rail.cancel(late.id)).toMatchObject({ ok: false, code: 'CANCEL_TOO_LATE' })
  expect(await rail.cancel(lost.id)).toMatchObject({ ok: false, code: 'INSTRUCTION_NOT_FOUND' })
  expect(await rail.cancel(asked('NONE').id)).toMatchObject({ ok: false, code: 'INSTRUCTION_NOT_FOUND' })
  expect(brief(await rail.inquire(early.id))).toEqual(['CANC'])
  clock.advance(100_000)
  expect(brief(await told(rail)).sort()).toEqual(['ACSC', 'CANC'])
})

test('another instruction under the same id is an error, and nothing of it is done', async () => {
  const { rail } = sandbox()
  const order = instruction()
  await rail.submit(order)
  await expect(rail.submit({ ...order, amount: money(1n, 'EUR') })).rejects.toThrow(InstructionDiffersError)
})

test('carries only what is above zero', () => {
  const { rail } = sandbox()
  expect(rail.check(instruction({ amount: money(0n, 'EUR') }))).toMatchObject({ code: 'AMOUNT_NOT_POSITIVE' })
  expect(rail.check(instruction())).toMatchObject({ ok: true })
})

test.each(['Grüße €', 'Счёт 7', 'ß'.repeat(71), `SANDBOX NONE ${'x'.repeat(128)}`, 'Grüße', 'SANDBOX DECLINE AM04'])(
  'carries the text %s to a bank and from it as a bank does, and a card has none that is written',
  (remittance) => {
    const { rail } = sandbox()
    for (const direction of ['OUT', 'IN'] as const) {
      const order = instruction({ remittance, direction })
      const { ok, code, field } = { code: undefined, field: undefined, ...checkInstruction(order, 'pain.001.001.09') }
      expect(rail.check(order)).toMatchObject(ok ? { ok } : { ok, code, field })
      const side = direction === 'OUT' ? 'creditor' : 'debtor'
      const card = { name: 'Card', account: newId('card'), agent: undefined }
      expect(rail.check({ ...order, [side]: card })).toMatchObject({ ok: true })
    }
  },
)

test('every fault can be asked for by an amount and by a text, and the text goes first', () => {
  expect(new Set([...MAGIC_AMOUNTS.values()].map(({ fault }) => fault))).toEqual(new Set(FAULTS))
  for (const [digits, fate] of MAGIC_AMOUNTS) {
    const amount = money(120_000n + digits, 'EUR')
    expect(fateOf(instruction({ amount }), { seed: '' })).toEqual(fate)
    for (const fault of FAULTS)
      expect(fateOf(instruction({ amount, remittance: `x SANDBOX ${fault}` }), { seed: '' })).toMatchObject({ fault })
  }
})

test('docs/rails.md tells every text and amount with which a fault is asked for', () => {
  const page = readFileSync(new URL('../../../../../docs/rails.md', import.meta.url), 'utf8')
  for (const fault of FAULTS) expect(page).toContain(`| \`${fault}\` |`)
  for (const [digits, { fault }] of MAGIC_AMOUNTS)
    expect(page).toMatch(new RegExp(`^\\| \`${fault}\` \\|[^|]*\\b${digits}\\b`, 'm'))
})

test('else the dice fall: alike for one seed, in the shares that were set', () => {
  const rates = { DECLINE: 0.2, 'LATE-SUCCESS': 0.1, DUPLICATE: 0.05 }
  const orders = Array.from({ length: 4_000 }, (_, index) => instruction({ reference: `pay_${index}` }))
  const faults = (seed: string) => orders.map((order) => fateOf(order, { seed, rates }).fault)
  expect(faults('a')).toEqual(faults('a'))
  expect(faults('a')).not.toEqual(faults('b'))
  for (const [fault, rate] of Object.entries(rates)) {
    const share = faults('a').filter((each) => each === fault).length / orders.length
    expect(Math.abs(share - rate)).toBeLessThan(0.03)
  }
  expect(orders.every((order) => fateOf(order, { seed: 'a' }).fault === 'NONE')).toBe(true)
})

test('what is asked for under the same keys has the same fates in another run, whose ids are others', () => {
  const settings = { seed: 'a', rates: { DECLINE: 0.4, SILENT: 0.2 } }
  const run = (more: Partial<Instruction> = {}, seed = 'a') =>
    Array.from({ length: 200 }, (_, index) => {
      const order = instruction({ reference: newId('pay'), fateKey: fateKeyOf(`key ${index}`), ...more })
      return fateOf(order, { ...settings, seed }).fault
    })
  expect(run()).toEqual(run())
  expect(run({ amount: money(1n, 'USD'), remittance: 'something else' })).toEqual(run())
  expect(run({}, 'b')).not.toEqual(run())
  // A refund may have the key of the deposit that it gives back, and a remittance that of a payment.
  expect(run({ direction: 'IN' })).not.toEqual(run())
  expect(run({ reference: newId('rem') })).not.toEqual(run())
})
