import { money } from '@carriergraph/shared/money/money.ts'
import { expect, test } from 'vitest'
import { NO_COUNTERPARTY, NO_REFERENCES, type StatementLine } from '../../statements/statement.ts'
import { endToEndId, type Instruction } from '../instruction.ts'
import { instruction } from '../rails.fixture.ts'
import { instructionsOfLine, noticeOfLine, noticesOfBatch } from './statement-notices.ts'

const order = instruction({ amount: money(1_000n, 'EUR') })
const reference = endToEndId(order.id)

const charged = (minor: bigint, isIncluded: boolean | undefined, currency: 'EUR' | 'USD' = 'EUR') => ({
  amount: money(minor, currency),
  isIncluded,
  type: undefined,
})

const line = (minor: bigint, more: Partial<StatementLine> = {}): StatementLine => ({
  account: 'A',
  statementId: 'S',
  entry: 1,
  bookingDate: '2026-11-23',
  valueDate: '2026-11-23',
  amount: money(minor, 'EUR'),
  status: 'BOOK',
  isReversal: false,
  returnReason: undefined,
  references: { ...NO_REFERENCES, endToEndId: reference },
  remittance: [],
  counterparty: NO_COUNTERPARTY,
  charges: [],
  position: { line: 1 },
  ...more,
})

test.each<[string, StatementLine, object | undefined]>([
  ['the amount that left', line(-1_000n), { kind: 'STATUS', status: 'ACSC' }],
  ['a cent less that left', line(-999n), undefined],
  ['a cent more that left', line(-1_001n), undefined],
  [
    'the amount with what the bank charges',
    line(-1_035n, { charges: [charged(-35n, true)] }),
    { kind: 'STATUS', status: 'ACSC' },
  ],
  [
    'the amount with several charges, of which the bank gives part back',
    line(-1_035n, { charges: [charged(-30n, true), charged(-10n, true), charged(5n, true)] }),
    { kind: 'STATUS', status: 'ACSC' },
  ],
  [
    'the amount with charges of which the bank does not say whether they are in it',
    line(-1_035n, { charges: [charged(-30n, true), charged(-5n, undefined)] }),
    { kind: 'STATUS', status: 'ACSC' },
  ],
  [
    'the amount with charges, and such that are taken another time',
    line(-1_035n, { charges: [charged(-35n, true), charged(-5n, undefined), charged(-7n, false)] }),
    { kind: 'STATUS', status: 'ACSC' },
  ],
  [
    'the amount alone, with charges that the bank takes beside it',
    line(-1_000n, { charges: [charged(-35n, false)] }),
    { kind: 'STATUS' },
  ],
  ['more than amount and charges', line(-1_036n, { charges: [charged(-35n, true)] }), undefined],
  ['more, with charges that are taken another time', line(-1_035n, { charges: [charged(-35n, false)] }), undefined],
  ['more, with charges in another currency', line(-1_035n, { charges: [charged(-35n, true, 'USD')] }), undefined],
  ['another currency', line(-1_000n, { amount: money(-1_000n, 'USD') }), undefined],
  ['what is not booked yet', line(-1_000n, { status: 'PDNG' }), undefined],
  ['what is only told', line(-1_000n, { status: 'INFO' }), undefined],
  [
    'what came back with a reason',
    line(1_000n, { returnReason: 'AC04' }),
    { kind: 'RETURN', amount: money(1_000n, 'EUR'), reason: { code: 'AC04', text: undefined } },
  ],
  ['what came back less charges', line(990n, { returnReason: 'AC04' }), { kind: 'RETURN', amount: money(990n, 'EUR') }],
  [
    'what came back less charges that the bank tells',
    line(990n, { returnReason: 'AC04', charges: [charged(-10n, true)] }),
    { kind: 'RETURN', amount: money(990n, 'EUR') },
  ],
  ['what came back as a reversal', line(1_000n, { isReversal: true }), { kind: 'RETURN', reason: undefined }],
  ['more than went out', line(1_001n, { returnReason: 'AC04' }), undefined],
  ['nothing', line(0n, { returnReason: 'AC04' }), undefined],
  ['a credit that only has the reference', line(1_000n), undefined],
  ['a debit that takes back a return', line(-1_000n, { isReversal: true }), undefined],
])('%s', (_, booked, expected) => {
  const notice = noticeOfLine(booked, order)
  if (expected === undefined) expect(notice).toBeUndefined()
  else expect(notice).toMatchObject({ instructionId: order.id, ...expected })
})

test.each<[string, boolean]>([
  ['DE89 3704 0044 0532 0130 00', true],
  ['DE02120300000000202051', false],
  // Banks write their own numbers in several ways.
  ['37040044/0532013000', true],
])('a line of the account %s is only of what was instructed on it', (account, isItsOwn) => {
  const back = { returnReason: 'AC04' }
  const awaited: Instruction = { ...order, direction: 'IN', debtor: order.creditor, creditor: order.debtor }
  for (const [minor, of] of [
    [-1_000n, order],
    [1_000n, awaited],
  ] as const) {
    const [settled, returned] = [line(minor, { account }), line(-minor, { account, ...back })]
    for (const each of [settled, returned]) expect(noticeOfLine(each, of) !== undefined).toBe(isItsOwn)
  }
})

test('a line is of the instruction that its references name, in the order in which banks keep them', () => {
  const of = (references: Partial<StatementLine['references']>) =>
    instructionsOfLine(line(1n, { references: { ...NO_REFERENCES, ...references } }))[0]
  const other = instruction()
  expect(of({ endToEndId: reference })).toBe(order.id)
  expect(of({ endToEndId: reference.toUpperCase(), instructionId: endToEndId(other.id) })).toBe(order.id)
  expect(of({ endToEndId: 'INVOICE 7', instructionId: reference })).toBe(order.id)
  expect(of({ transactionId: reference })).toBe(order.id)
  expect(of({ endToEndId: 'INVOICE 7', paymentInformationId: reference })).toBeUndefined()
})

test('the same entry of the same statement has the same key, and another has another', () => {
  const keys = [line(-1_000n), line(-1_000n), line(-1_000n, { entry: 2 }), line(-1_000n, { statementId: 'T' })].map(
    (each) => noticeOfLine(each, order)?.key,
  )
  expect(keys[0]).toBe(keys[1])
  expect(new Set(keys).size).toBe(3)
})

test('a return has the reference that its bank repeats in every message, and none of those that may be others in the next one', () => {
  const returned = (references: Partial<StatementLine['references']>) =>
    noticeOfLine(line(400n, { returnReason: 'AC04', references: { ...NO_REFERENCES, ...references } }), order)
  const others = { entryReference: '1', transactionId: 'T', instructionId: 'I', uetr: 'U', messageId: 'M' }
  expect(returned(others)).toMatchObject({ kind: 'RETURN', reference: undefined })
  expect(returned({ ...others, accountServicerReference: 'A' })).toMatchObject({ kind: 'RETURN', reference: 'A' })
})

test.each<[string, StatementLine, object | undefined]>([
  ['the amount that was awaited', line(1_000n), { kind: 'STATUS', status: 'ACSC' }],
  ['a cent less than was awaited', line(999n), undefined],
  ['a cent more than was awaited', line(1_001n), undefined],
  ['less what the bank has kept back', line(965n, { charges: [charged(-35n, true)] }), undefined],
  ['what is not booked yet', line(1_000n, { status: 'PDNG' }), undefined],
  ['another currency', line(1_000n, { amount: money(1_000n, 'USD') }), undefined],
  ['what is taken back', line(-1_000n, { isReversal: true }), { kind: 'RETURN', amount: money(1_000n, 'EUR') }],
  ['part that is taken back', line(-400n, { returnReason: 'MD06' }), { kind: 'RETURN', amount: money(400n, 'EUR') }],
  ['more than came', line(-1_001n, { isReversal: true }), undefined],
  ['a debit that only has the reference', line(-1_000n), undefined],
])('of a transfer that is awaited: %s', (_, booked, expected) => {
  const notice = noticeOfLine(booked, { ...order, direction: 'IN' })
  if (expected === undefined) expect(notice).toBeUndefined()
  else expect(notice).toMatchObject({ instructionId: order.id, ...expected })
})

test('who pays of their own accord quotes the reference among other words', () => {
  const quoting = (...remittance: string[]) =>
    instructionsOfLine(line(1n, { references: { ...NO_REFERENCES, endToEndId: 'NOTPROVIDED' }, remittance }))[0]
  expect(quoting(`Top up ${reference.toUpperCase()}, thanks`)).toBe(order.id)
  expect(quoting('Hello', reference)).toBe(order.id)
  expect(quoting(`${reference}0`, `x${reference}`, 'ins-')).toBeUndefined()
  // Banks break texts into lines of theirs, wherever that is.
  for (const at of [1, 3, 4, 5, 14, 29]) {
    const [head, tail] = [reference.slice(0, at), reference.slice(at)]
    expect(quoting(`Top up ${head} ${tail} thanks`)).toBe(order.id)
    expect(quoting(`Top up ${head}`, `${tail}, thanks`)).toBe(order.id)
    expect(quoting(`Top up ${head}   \n${tail}`, 'thanks 7')).toBe(order.id)
    expect(quoting(`Top up x${head} ${tail}`, `${head} ${tail}0`)).toBeUndefined()
  }
  expect(quoting(`Top up ${reference.slice(0, 12)}`, reference)).toBe(order.id)
  const structured = { ...NO_REFERENCES, creditorReferences: [reference] }
  expect(instructionsOfLine(line(1n, { references: structured }))).toEqual([order.id])
})

test('a line is of all instructions of its batch, unless something else is in it', () => {
  const other = endToEndId(instruction().id)
  const of = (batchedTransactions: number, ...batchedEndToEndIds: string[]) =>
    instructionsOfLine(line(1n, { references: { ...NO_REFERENCES, batchedEndToEndIds, batchedTransactions } }))
  expect(of(2, reference, other.toUpperCase())).toEqual([order.id, instructionsOfLine(lineOf(other))[0]])
  expect(of(3, reference, other, 'INVOICE 7')).toEqual([])
  expect(of(3, reference, other)).toEqual([])
  expect(of(2, reference)).toEqual([])
  expect(of(2)).toEqual([])
})

const lineOf = (endToEndId: string) => line(1n, { references: { ...NO_REFERENCES, endToEndId } })

const [one, two] = [instruction({ amount: money(400n, 'EUR') }), instruction({ amount: money(600n, 'EUR') })]
const ofBatch = (minor: bigint, more: Partial<StatementLine> = {}) =>
  line(minor, { account: 'DE89 3704 0044 0532 0130 00', ...more })
const abroad = { ...two.debtor, account: 'FR1420041010050500013M02606' }

test.each<[string, StatementLine, readonly Instruction[], boolean]>([
  ['that add up to it', ofBatch(-1_000n), [one, two], true],
  ['that add up to it less its charges', ofBatch(-1_007n, { charges: [charged(-7n, true)] }), [one, two], true],
  ['that are a cent more', ofBatch(-999n), [one, two], false],
  ['that are a cent less', ofBatch(-1_001n), [one, two], false],
  ['that are not booked yet', ofBatch(-1_000n, { status: 'PDNG' }), [one, two], false],
  ['that it takes back', ofBatch(-1_000n, { isReversal: true }), [one, two], false],
  ['that come back', ofBatch(1_000n), [one, two], false],
  ['of which one is there twice', ofBatch(-800n), [one, one], false],
  ['of which one is in another currency', ofBatch(-1_000n), [one, { ...two, amount: money(600n, 'USD') }], false],
  ['of which one is of another account', ofBatch(-1_000n), [one, { ...two, debtor: abroad }], false],
  ['of which one comes in', ofBatch(-1_000n), [one, { ...two, direction: 'IN' }], false],
])('of a batch of instructions %s', (_, booked, instructions, isSettled) => {
  const notices = noticesOfBatch(booked, instructions)
  expect(notices).toEqual(noticesOfBatch(booked, instructions))
  expect(notices.map(({ instructionId }) => instructionId)).toEqual(isSettled ? [one.id, two.id] : [])
  for (const notice of notices) expect(notice).toMatchObject({ kind: 'STATUS', status: 'ACSC' })
})

test('transfers that are awaited are settled by a batch as well, unless the bank has kept something back', () => {
  const us = { name: 'Us', account: 'DE89370400440532013000', agent: undefined }
  const awaited = [one, two].map((each) => ({ ...each, direction: 'IN', creditor: us }) as const)
  expect(noticesOfBatch(ofBatch(1_000n), awaited)).toHaveLength(2)
  expect(noticesOfBatch(ofBatch(993n, { charges: [charged(-7n, true)] }), awaited)).toEqual([])
  expect(noticesOfBatch(ofBatch(-1_000n), awaited)).toEqual([])
})
