// What a key, a quote and a limit answer, also to two at once.

import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { newId } from '@carriergraph/shared/ids.ts'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { findFxQuotes } from '../db/fx-quotes.ts'
import { lockSender } from '../db/remittances.ts'
import type { Purse } from '../testing/payments-database.ts'
import { type RemittanceStage, requestOf, setRemittanceStage } from '../testing/remittance-stage.ts'
import type { TakenOn } from './take-on.ts'

let stage: RemittanceStage
beforeAll(async () => {
  stage = await setRemittanceStage()
})
afterAll(() => stage[Symbol.asyncDispose]())

const DAY_MS = 86_400_000
const codeOf = (answer: TakenOn): string => (answer.ok ? answer.value.status : answer.code)
const quoteOf = (purse: Purse, debited: bigint) => stage.quoteFor(purse, { source: 'EUR', target: 'USD', debited })

async function sent(purse: Purse, debited: bigint): Promise<string> {
  const { id } = await quoteOf(purse, debited)
  return codeOf(await stage.flow().create(stage.books, requestOf(purse, id)))
}

test('the same key answers with the same remittance, once and at once, and takes the money once', async () => {
  const purse = await stage.purseWith(100_000n)
  const request = requestOf(purse, (await quoteOf(purse, 10_000n)).id)
  const answers = await Promise.all([1, 2, 3].map(() => stage.flow().create(stage.books, request)))
  answers.push(await stage.flow().create(stage.books, request))
  expect(new Set(answers.map((answer) => (answer.ok ? answer.value.id : answer.code))).size).toBe(1)
  expect(await stage.balanceOf(purse.walletId)).toBe(90_000n)
})

test('another order under a key is refused, in each of its parts', async () => {
  const purse = await stage.purseWith(100_000n)
  const [quote, other] = [await quoteOf(purse, 10_000n), await quoteOf(purse, 20_000n)]
  const { key, order, ...rest } = requestOf(purse, quote.id)
  await stage.flow().create(stage.books, { ...rest, key, order })
  const { beneficiary } = order
  for (const change of [
    { quoteId: other.id },
    { sourceAccountId: newId('led') },
    { beneficiary: { ...beneficiary, name: 'Ada King' } },
    { beneficiary: { ...beneficiary, country: 'FR' } },
    { beneficiary: { ...beneficiary, account: '1' } },
    { beneficiary: { ...beneficiary, bic: 'CHASUS33XXX' } },
    { beneficiary: { ...beneficiary, bic: null, clearingMember: 'USABA/021000021' as const } },
    { purpose: 'GIFT' as const },
    { fundsSource: 'SAVINGS' as const },
    { message: null },
  ]) {
    const answer = await stage.flow().create(stage.books, { ...rest, key, order: { ...order, ...change } })
    expect(codeOf(answer)).toBe('IDEMPOTENCY_KEY_REUSED')
  }
})

test('a refusal is the answer under its key for ever, and leaves the quote to another', async () => {
  const purse = await stage.purseWith(9_999n)
  const { id } = await quoteOf(purse, 10_000n)
  const request = requestOf(purse, id)
  const refused = await stage.flow().create(stage.books, request)
  expect(codeOf(refused)).toBe('INSUFFICIENT_FUNDS')
  stage.clock.advance(31_000)
  expect(await stage.flow().create(stage.books, request)).toEqual(refused)
  expect(await findFxQuotes(stage.books.db, [id])).toMatchObject([{ usedFor: null }])
})

test('a quote is used by one remittance, whoever asks at once, and only within its thirty seconds', async () => {
  const purse = await stage.purseWith(100_000n)
  const { id } = await quoteOf(purse, 10_000n)
  const answers = await Promise.all(
    [1, 2, 3].map(() => stage.flow().create(stage.books, requestOf(purse, id)).then(codeOf)),
  )
  expect(answers.sort()).toEqual(['QUOTE_USED', 'QUOTE_USED', 'SENDING'])
  const late = await quoteOf(purse, 10_000n)
  stage.clock.advance(30_000)
  expect(codeOf(await stage.flow().create(stage.books, requestOf(purse, late.id)))).toBe('QUOTE_EXPIRED')
})

test('of two quotes under one key at once, one is used', async () => {
  const purse = await stage.purseWith(100_000n)
  const quotes = [await quoteOf(purse, 10_000n), await quoteOf(purse, 10_000n)]
  const answers = await Promise.all(
    quotes.map(({ id }) =>
      stage
        .flow()
        .create(stage.books, requestOf(purse, id, {}, 'one key'))
        .then(codeOf),
    ),
  )
  expect(answers.sort()).toEqual(['IDEMPOTENCY_KEY_REUSED', 'SENDING'])
  const used = await findFxQuotes(
    stage.books.db,
    quotes.map(({ id }) => id),
  )
  expect(used.filter(({ usedFor }) => usedFor !== null)).toHaveLength(1)
})

test('holds all that a sender has sent in a day and in thirty days against the limits, also of two at once', async () => {
  const purse = await stage.purseWith(100_000_000n)
  // 20,000 EUR are 23,368.00 USD: each is within 25,000, two within 50,000 of a day, four within 100,000 of thirty days.
  expect(await sent(purse, 2_200_000n)).toBe('REMITTANCE_LIMIT_EXCEEDED')
  expect(await sent(purse, 2_000_000n)).toBe('SENDING')
  const atOnce = await Promise.all([sent(purse, 2_000_000n), sent(purse, 2_000_000n)])
  expect(atOnce.sort()).toEqual(['DAY_LIMIT_EXCEEDED', 'SENDING'])
  stage.clock.advance(DAY_MS)
  expect(await sent(purse, 2_000_000n)).toBe('SENDING')
  expect(await sent(purse, 2_000_000n)).toBe('SENDING')
  stage.clock.advance(DAY_MS)
  expect(await sent(purse, 2_000_000n)).toBe('THIRTY_DAY_LIMIT_EXCEEDED')
  // Another sender's are their own.
  expect(await sent(await stage.purseWith(3_000_000n), 2_000_000n)).toBe('SENDING')
})

test('remittances of one sender stand in line: each waits until those before it are stored', async () => {
  const purse = await stage.purseWith(100_000n)
  const { id } = await quoteOf(purse, 10_000n)
  const waiting = async () => {
    const [row] = await stage.database.sql.system<{ count: number }[]>`
      select count(*)::int as count from pg_locks l join pg_database d on d.oid = l.database
      where d.datname = current_database() and l.locktype = 'advisory' and not l.granted`
    return row?.count
  }
  const answer = await inTransaction(stage.books.db, async (tx) => {
    await lockSender(tx, purse.userId)
    const created = stage.flow().create(stage.books, requestOf(purse, id)).then(codeOf)
    await vi.waitFor(async () => expect(await waiting()).toBe(1), { timeout: 30_000, interval: 20 })
    return { created }
  })
  expect(await answer.created).toBe('SENDING')
})

test('what was in vain does not count', async () => {
  const purse = await stage.purseWith(100_000_000n)
  for (const message of ['SANDBOX DECLINE', 'SANDBOX DECLINE', 'SANDBOX DECLINE']) {
    const { id } = await quoteOf(purse, 2_000_000n)
    expect(codeOf(await stage.flow().create(stage.books, requestOf(purse, id, { message })))).toBe('SENDING')
    await stage.runRail()
    await stage.sweep()
  }
  expect(await stage.balanceOf(purse.walletId)).toBe(100_000_000n)
})

test('is refused where no rail carries it, before anything is taken', async () => {
  const purse = await stage.purseWith(100_000n)
  const { id } = await quoteOf(purse, 10_000n)
  const outlet = { ...stage.outlet, carrierOf: () => undefined }
  expect(codeOf(await stage.flow({ outlet }).create(stage.books, requestOf(purse, id)))).toBe('NOT_CARRIED_BY_RAIL')
  expect(await stage.balanceOf(purse.walletId)).toBe(100_000n)
})
