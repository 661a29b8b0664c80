// Each check, on a few transfers: the bank test itself would only show that it finds nothing.

import { appendFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Id, newId } from '@carriergraph/shared/ids.ts'
import { expect, it } from 'vitest'
import type { JournalLine } from '../journal.ts'
import type { Answer, Order } from '../order.ts'
import { checkAnswers } from './answers.ts'
import { type Asked, readAsked } from './asked.ts'
import { checkBalances } from './balances.ts'
import type { AccountRow, Books, TransferRow } from './books.ts'
import { checkPayments } from './payments.ts'
import { type ViolationCode, Violations } from './violation.ts'

const [ada, bruno] = [newId('led'), newId('led')]
const expiresAt = '2026-11-21T12:00:00.000Z'
const order = (reference: string, more: Partial<Order> = {}): Order => ({
  ...{ kind: 'SINGLE', id: newId('tfr'), reference, debit: ada, credit: bruno, minor: '30' },
  ...more,
})
const paid = order('paid')
const short = order('short', { minor: '900' })
const held = order('held', { kind: 'PENDING', minor: '20', expiresAt })
const chain = [order('first', { minor: '1' }), order('second', { minor: '2' })] as const
const payment = { idempotencyKey: 'k', walletId: ada, billingAccountId: newId('acc'), minor: '5' }
const paymentId = newId('pay')

const UNITS = [[paid], [short], [held], chain]
const answers: Answer[] = [
  { code: null, replayed: false },
  { code: 'INSUFFICIENT_FUNDS', replayed: false },
  { code: null, replayed: false },
  { code: null, replayed: false },
  { code: null, replayed: false },
]
const LINES: readonly JournalLine[] = [
  { ask: 1, units: UNITS },
  { unanswered: 1, why: 'killed' },
  { ask: 2, again: 1 },
  { answerTo: 2, answers },
  { ask: 3, payment },
  { answerTo: 3, payment: { id: paymentId, status: 'COMPLETED', code: null } },
]

const row = ({ id, kind, reference, minor }: Order, more: Partial<TransferRow> = {}): TransferRow => ({
  ...{ id, kind, reference, minor: BigInt(minor ?? 0), refusal: null, debit: 1, credit: 2, subject: null },
  ...{ expiresAt: kind === 'PENDING' ? new Date(expiresAt) : null },
  ...{ debitSequence: null, creditSequence: null, debitBalance: null, creditBalance: null },
  ...more,
})
/** The `n`th entry of both accounts, after which Bruno has `balance`. */
const entries = (n: bigint, balance: bigint): Partial<TransferRow> => ({
  ...{ debitSequence: n, creditSequence: n, debitBalance: -balance, creditBalance: balance },
})
const ROWS = {
  paid: row(paid, entries(1n, 30n)),
  short: row(short, { refusal: 'INSUFFICIENT_FUNDS' }),
  held: row(held),
  first: row(chain[0], entries(2n, 31n)),
  second: row(chain[1], entries(3n, 33n)),
  payment: row(order(paymentId, { minor: '5' }), entries(4n, 38n)),
}
const account = (id: Id<'led'>, balance: bigint, more: Partial<AccountRow> = {}): AccountRow => ({
  ...{ id, isCreditNormal: true, balance, held: 0n, floor: null, lastSequence: 4n },
  ...more,
})
const ACCOUNTS = { ada: account(ada, -38n, { held: 20n, floor: -58n }), bruno: account(bruno, 38n) }

type Damage = {
  readonly lines?: readonly JournalLine[]
  readonly rows?: Partial<Record<keyof typeof ROWS, Partial<TransferRow> | null>>
  readonly more?: readonly TransferRow[]
  readonly accounts?: Partial<Record<keyof typeof ACCOUNTS, Partial<AccountRow>>>
  readonly payments?: ReadonlyMap<string, string>
}

function damagedBooks({ rows = {}, more = [], accounts = {}, payments }: Damage): Books {
  const kept = Object.entries(ROWS).flatMap(([name, stored]) => {
    const change = rows[name as keyof typeof ROWS]
    return change === null ? [] : [{ ...stored, ...change }]
  })
  return {
    rows: [...kept, ...more],
    accounts: new Map([
      [1, { ...ACCOUNTS.ada, ...accounts.ada }],
      [2, { ...ACCOUNTS.bruno, ...accounts.bruno }],
    ]),
    payments: payments ?? new Map([[paymentId, 'COMPLETED']]),
  }
}

async function readBack(lines: readonly JournalLine[]): Promise<Asked> {
  const directory = mkdtempSync(join(tmpdir(), 'carriergraph-bank-'))
  try {
    const file = join(directory, 'journal.jsonl')
    for (const line of lines) appendFileSync(file, `${JSON.stringify(line)}\n`)
    return await readAsked([file])
  } finally {
    rmSync(directory, { recursive: true })
  }
}

async function violationsOf(damage: Damage): Promise<ViolationCode[]> {
  const found = new Violations()
  const asked = await readBack([...LINES, ...(damage.lines ?? [])])
  const books = damagedBooks(damage)
  checkAnswers(asked, books, found)
  checkBalances(books, found)
  checkPayments(asked, books, found)
  return [...new Set(found.list.map(({ code }) => code))]
}

const other = { ...paid, reference: 'other', minor: '31' }
const askOther = (code: Answer['code']): JournalLine[] => [
  { ask: 4, units: [[other]] },
  { answerTo: 4, answers: [{ code, replayed: code === null }] },
]
const again = (answer: Answer): JournalLine[] => [
  { ask: 4, units: [[paid]] },
  { answerTo: 4, answers: [answer] },
]

it('finds nothing where everything is as it was answered', async () => {
  expect(await violationsOf({})).toEqual([])
})

it('finds nothing where an order was replayed, and another under its id refused', async () => {
  expect(await violationsOf({ lines: again({ code: null, replayed: true }) })).toEqual([])
  expect(await violationsOf({ lines: askOther('IDEMPOTENCY_KEY_REUSED') })).toEqual([])
})

it('finds nothing where a payment was first answered on its way', async () => {
  const onItsWay: JournalLine = { answerTo: 4, payment: { id: paymentId, status: 'AUTHORISED', code: null } }
  expect(await violationsOf({ lines: [{ ask: 4, payment }, onItsWay] })).toEqual([])
})

it('counts what was sent, what of it again, and what was not answered', async () => {
  const { counts, answered } = await readBack(LINES)
  expect(counts).toEqual({ sent: 10, again: 5, callsUnanswered: 1 })
  expect(answered).toEqual(UNITS)
})

const voiding = order('void', { kind: 'VOID_PENDING', subject: held.id })
const resolution = (kind: TransferRow['kind']): TransferRow =>
  row(voiding, { id: newId('tfr'), kind, reference: 'expiry', minor: 20n, subject: held.id })

it.each<[string, Damage, ViolationCode[]]>([
  ['an answered refusal is not there', { rows: { short: null } }, ['ACKNOWLEDGED_LOST']],
  ['an answered hold is not there', { rows: { held: null }, accounts: { ada: { held: 0n } } }, ['ACKNOWLEDGED_LOST']],
  ['it says another code', { rows: { short: { refusal: 'ACCOUNT_FROZEN' } } }, ['ANSWER_CHANGED']],
  ['asked again it was refused', { lines: again({ code: 'ACCOUNT_FROZEN', replayed: false }) }, ['ANSWER_CHANGED']],
  ['asked again it was posted as new', { lines: again({ code: null, replayed: false }) }, ['POSTED_TWICE']],
  ['an id has two rows', { more: [ROWS.short] }, ['POSTED_TWICE']],
  ['another order under the id was posted', { lines: askOther(null) }, ['OTHER_ORDER_ACCEPTED']],
  ['nobody asked', { more: [row(order('stray'), { refusal: 'ACCOUNT_FROZEN' })] }, ['NOT_ASKED_FOR']],
  ['another amount was asked', { rows: { short: { minor: 899n } } }, ['NOT_ASKED_FOR']],
  ['other accounts were asked', { rows: { held: { credit: 1 } } }, ['NOT_ASKED_FOR']],
  ['another expiry was asked', { rows: { held: { expiresAt: new Date(0) } } }, ['NOT_ASKED_FOR']],
  ['one of a chain is missing', { rows: { second: null } }, ['ACKNOWLEDGED_LOST', 'CHAIN_SPLIT', 'BALANCE_WRONG']],
  [
    'one of a chain is refused',
    { rows: { second: { refusal: 'LINKED_TRANSFER_FAILED' } } },
    ['ANSWER_CHANGED', 'CHAIN_SPLIT', 'REFUSAL_MOVED', 'BALANCE_WRONG'],
  ],
  ['a refusal has entries', { rows: { short: entries(5n, 0n) } }, ['REFUSAL_MOVED']],
  ['a sequence has a gap', { rows: { payment: entries(5n, 38n) } }, ['BALANCE_WRONG']],
  ['an entry says another balance', { rows: { paid: entries(1n, 31n) } }, ['BALANCE_WRONG']],
  ['an account says another balance', { accounts: { bruno: { balance: 39n } } }, ['BALANCE_WRONG']],
  ['an account says another sequence', { accounts: { bruno: { lastSequence: 5n } } }, ['BALANCE_WRONG']],
  ['an account holds less', { accounts: { ada: { held: 19n } } }, ['HELD_WRONG']],
  ['a hold is resolved and still held', { more: [resolution('EXPIRE_PENDING')] }, ['HELD_WRONG']],
  [
    'a hold is resolved twice',
    { more: [resolution('EXPIRE_PENDING'), resolution('EXPIRE_PENDING')], accounts: { ada: { held: 0n } } },
    ['RESOLVED_TWICE'],
  ],
  ['an account is below its floor by a hold', { accounts: { ada: { floor: -57n } } }, ['BELOW_FLOOR']],
  ['an account was below its floor', { accounts: { bruno: { floor: 31n } } }, ['BELOW_FLOOR']],
  ['a payment is gone', { payments: new Map() }, ['NOT_ASKED_FOR', 'PAYMENT_WRONG']],
  ['a payment has changed', { payments: new Map([[paymentId, 'FAILED']]) }, ['PAYMENT_WRONG']],
  ['a payment moved another amount', { rows: { payment: { minor: 6n } } }, ['BALANCE_WRONG', 'PAYMENT_WRONG']],
  [
    'a payment was answered in another way as well',
    {
      lines: [
        { ask: 4, payment },
        { answerTo: 4, payment: { id: null, status: null, code: 'ACCOUNT_FROZEN' } },
      ],
    },
    ['PAYMENT_WRONG'],
  ],
])('says what is wrong where %s', async (_, damage, codes) => {
  expect(await violationsOf(damage)).toEqual(codes)
})
