import { afterAll, beforeAll, expect, test } from 'vitest'
import type { PaymentStatus } from '../domain/payment.ts'
import { instruction as anInstruction } from '../rails/rails.fixture.ts'
import { FAULTS, type Fault } from '../rails/sandbox/fault.ts'
import { expectSoundPayments } from '../testing/lifecycle.ts'
import { orderOf, PAYER_ACCOUNT, type RailsStage, setRailsStage, takenOnBy } from '../testing/rails-stage.ts'

let stage: RailsStage
beforeAll(async () => {
  stage = await setRailsStage()
})
afterAll(() => stage[Symbol.asyncDispose]())

const asked = (fault: Fault) => ({ remittance: `SANDBOX ${fault}` })

/** What a withdrawal of 1,000 from 5,000 comes to under each fault, and what is then in the wallet. */
const ENDS: Readonly<Record<Fault, { status: PaymentStatus; balance: bigint; code?: string }>> = {
  NONE: { status: 'COMPLETED', balance: 4_000n },
  DECLINE: { status: 'FAILED', balance: 5_000n, code: 'REJECTED_BY_BANK' },
  'DECLINE-LATER': { status: 'FAILED', balance: 5_000n, code: 'REJECTED_BY_BANK' },
  LOST: { status: 'COMPLETED', balance: 4_000n },
  'LATE-SUCCESS': { status: 'COMPLETED', balance: 4_000n },
  'LATE-DECLINE': { status: 'FAILED', balance: 5_000n, code: 'REJECTED_BY_BANK' },
  DUPLICATE: { status: 'COMPLETED', balance: 4_000n },
  'OUT-OF-ORDER': { status: 'COMPLETED', balance: 4_000n },
  SILENT: { status: 'COMPLETED', balance: 4_000n },
  RETURN: { status: 'REFUNDED', balance: 5_000n },
  'RETURN-FIRST': { status: 'REFUNDED', balance: 5_000n },
}

test.each(FAULTS)('a withdrawal that meets %s ends with its money where it belongs', async (fault) => {
  const purse = await stage.purseWith(5_000n)
  const { flow, turn } = stage.process()
  const taken = takenOnBy(await flow.create(stage.books, orderOf(purse, 'k', 1_000n, asked(fault))))
  expect(taken).toMatchObject({ status: 'PROCESSING', execution: 'INSTRUCTED', hold: 'PLACED', method: 'BANK' })
  expect(await stage.wallet(purse)).toEqual({ balance: 5_000n, held: 1_000n })
  for (let round = 0; round < 6; round += 1) {
    await turn()
    stage.clock.advance(31_000)
  }
  await turn()
  const { status, balance, code } = ENDS[fault]
  const ended = await stage.payment(taken.id)
  expect(ended).toMatchObject({ status, failure: code === undefined ? null : { code } })
  expect(await stage.wallet(purse)).toEqual({ balance, held: 0n })
  await expectSoundPayments(stage.database)
})

test('what the rail does not carry is refused before anything is held, in the field of the client', async () => {
  const purse = await stage.purseWith(5_000n)
  const { flow } = stage.process({ settings: { RAIL_BANK: 'iso20022' } })
  const table = [
    [{ ...PAYER_ACCOUNT, iban: 'FR00' }, 'IBAN_INVALID', ['bankAccount', 'iban']],
    [{ ...PAYER_ACCOUNT, iban: '000123456789', bic: 'CHASUS33' }, 'IBAN_INVALID', ['bankAccount', 'iban']],
    [{ ...PAYER_ACCOUNT, bic: 'NO' }, 'BIC_INVALID', ['bankAccount', 'bic']],
    [{ ...PAYER_ACCOUNT, holder: '李' }, 'CHARACTER_NOT_ALLOWED', ['bankAccount', 'holder']],
  ] as const
  for (const [index, [counterparty, code, field]] of table.entries()) {
    const refused = await flow.create(stage.books, orderOf(purse, `k${index}`, 1_000n, { counterparty }))
    expect(refused).toMatchObject({ ok: false, code, field })
    expect(await flow.create(stage.books, orderOf(purse, `k${index}`, 1_000n, { counterparty }))).toEqual(refused)
  }
  expect(await stage.wallet(purse)).toEqual({ balance: 5_000n, held: 0n })
})

test.each(['sandbox', 'iso20022'] as const)(
  'a text that banks do not carry is refused by %s, and one that they do is not',
  async (RAIL_BANK) => {
    const purse = await stage.purseWith(5_000n)
    const { flow } = stage.process({ settings: { RAIL_BANK } })
    const refused = { ok: false, code: 'CHARACTER_NOT_ALLOWED', field: ['remittance'] }
    for (const [remittance, expected] of [
      ['Grüße €', refused],
      ['Grüße', { ok: true }],
    ] as const)
      expect(await flow.create(stage.books, orderOf(purse, remittance, 1_000n, { remittance }))).toMatchObject(expected)
  },
)

test('where no rail carries it, it is not available', async () => {
  const purse = await stage.purseWith(5_000n)
  const { flow } = stage.process({ settings: { RAIL_BANK: 'off' } })
  expect(await flow.create(stage.books, orderOf(purse, 'k', 1_000n))).toMatchObject({
    ok: false,
    code: 'METHOD_NOT_AVAILABLE',
    field: ['bankAccount'],
  })
})

test('more than the wallet has is refused for that, before the rail is asked', async () => {
  const purse = await stage.purseWith(500n)
  const { flow } = stage.process()
  expect(await flow.create(stage.books, orderOf(purse, 'k', 1_000n))).toMatchObject({ code: 'INSUFFICIENT_FUNDS' })
  const notCarried = { counterparty: { ...PAYER_ACCOUNT, holder: 'Ада' } }
  const iso = stage.process({ settings: { RAIL_BANK: 'iso20022' } }).flow
  for (const [key, minor, code] of [
    ['too much', 1_000n, 'INSUFFICIENT_FUNDS'],
    ['enough', 500n, 'CHARACTER_NOT_ALLOWED'],
  ] as const)
    expect(await iso.create(stage.books, orderOf(purse, key, minor, notCarried))).toMatchObject({ code })
})

test('a withdrawal can be cancelled while its rail lets it, and not after', async () => {
  const purse = await stage.purseWith(5_000n)
  const { flow, turn } = stage.process()
  const early = takenOnBy(await flow.create(stage.books, orderOf(purse, 'early', 1_000n)))
  const late = takenOnBy(await flow.create(stage.books, orderOf(purse, 'late', 1_000n)))
  const command = (paymentId: typeof early.id) => ({
    paymentId,
    requester: { userId: purse.userId, actsForOthers: false },
    actor: purse.userId,
    correlationId: 'c',
  })
  expect(await flow.cancel(stage.books, command(early.id))).toMatchObject({ ok: true, value: { status: 'CANCELLED' } })
  expect(await flow.cancel(stage.books, command(early.id))).toMatchObject({ ok: true, value: { status: 'CANCELLED' } })
  await turn()
  stage.clock.advance(2_000)
  expect(await flow.cancel(stage.books, command(late.id))).toMatchObject({ ok: false, code: 'CANCEL_TOO_LATE' })
  await turn()
  expect(await stage.payment(late.id)).toMatchObject({ status: 'COMPLETED' })
  expect(await stage.wallet(purse)).toEqual({ balance: 4_000n, held: 0n })
  await expectSoundPayments(stage.database)
})

test('news of an instruction that nobody here gives is not stored, so that it is not lost', async () => {
  const { rails } = stage.process()
  const books = { tenant: 'demo', db: stage.books.db }
  const change = { before: 'ACCEPTED', after: { instruction: anInstruction({ reference: 'xyz_1' }) } } as never
  await expect(rails.news.tell({} as never, change, books)).rejects.toThrow('Nobody here gives instructions such as')
})
