// Accounts that hold several currencies, as of payment institutions: a statement for each, and no sum over two of them.

import { formatAmount } from '@carriergraph/shared/money/money.ts'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { heldBy, outcomeOf } from '../statements.fixture.ts'
import { csv, mapping } from './csv.fixture.ts'

const inCurrencies = (change: object = {}, columns: object = {}) => ({
  mapping: mapping({ currency: undefined, ...change }, { currency: 'currency', ...columns }),
})

const file = csv(
  'date,amount,currency',
  '2026-03-02,10.00,EUR',
  '2026-03-02,-1500,JPY',
  '2026-03-03,-2.50,EUR',
  '2026-03-03,7.00,USD',
  '2026-03-04,500,JPY',
)

test('an account with several currencies has a statement in each, of one id and in the order in which they come', async () => {
  const { statements, lines, lineCount } = await heldBy(file, inCurrencies({ statementId: 'MARCH' }))
  expect(statements).toMatchObject([
    { account: 'A-1', statementId: 'MARCH', currency: 'EUR', entries: 2, lines: 2, position: { line: 2 } },
    { account: 'A-1', statementId: 'MARCH', currency: 'JPY', entries: 2, lines: 2, position: { line: 3 } },
    { account: 'A-1', statementId: 'MARCH', currency: 'USD', entries: 1, lines: 1, position: { line: 5 } },
  ])
  expect(lineCount).toBe(5)
  expect(lines.map(({ entry, amount }) => [entry, amount.currency, amount.minor])).toEqual([
    [1, 'EUR', 1000n],
    [1, 'JPY', -1500n],
    [2, 'EUR', -250n],
    [1, 'USD', 700n],
    [2, 'JPY', 500n],
  ])
})

test('two accounts with two currencies are four statements', async () => {
  const records = ['A', 'B', 'A', 'B'].map((account, at) => `2026-03-02,1.00,${at < 2 ? 'EUR' : 'USD'},${account}`)
  const { statements } = await heldBy(
    csv('date,amount,currency,a', ...records),
    inCurrencies({ account: undefined }, { account: 'a' }),
  )
  expect(statements.map(({ account, currency, lines }) => [account, currency, lines])).toEqual([
    ['A', 'EUR', 1],
    ['B', 'EUR', 1],
    ['A', 'USD', 1],
    ['B', 'USD', 1],
  ])
})

test.each(['OLDEST_FIRST', 'NEWEST_FIRST'])(
  'balances are checked along the records of one currency: %s',
  async (order) => {
    const records = ['1.00,EUR,11.00', '5.00,USD,5.00', '-3.00,EUR,8.00', '-5.00,USD,0.00', '2.00,EUR,10.00']
    const inOrder = order === 'OLDEST_FIRST' ? records : records.toReversed()
    const content = csv('date,amount,currency,balance', ...inOrder.map((record) => `2026-03-02,${record}`))
    const options = inCurrencies({ order }, { balance: 'balance' })
    const { statements } = await heldBy(content, options)
    const byCurrency = Map.groupBy(statements, ({ currency }) => currency)
    expect(byCurrency.get('EUR')).toMatchObject([
      { balances: { opening: { amount: { minor: 1000n } }, closing: { amount: { minor: 1000n, currency: 'EUR' } } } },
    ])
    expect(byCurrency.get('USD')).toMatchObject([
      { balances: { opening: { amount: { minor: 0n } }, closing: { amount: { minor: 0n, currency: 'USD' } } } },
    ])
    for (const wrong of [content.replace('8.00', '8.01'), content.replace('USD,0.00', 'USD,0.01')])
      expect(await outcomeOf(wrong, options)).toMatchObject({ code: 'BALANCE_MISMATCH', position: { path: 'balance' } })
  },
)

test('declared balances do not say of which of two currencies they are', async () => {
  const declared = inCurrencies({ openingBalance: '0.00', closingBalance: '7.50' })
  expect(await heldBy(csv('date,amount,currency', '2026-03-02,7.50,EUR'), declared)).toMatchObject({ lineCount: 1 })
  expect(await outcomeOf(file, declared)).toMatchObject({ code: 'CURRENCY_MISMATCH', position: { line: 3 } })
})

test('of any records, each is one line of one statement in its currency, and balances follow in each', async () => {
  const record = fc.record({
    account: fc.constantFrom('A', 'B'),
    currency: fc.constantFrom('EUR', 'USD', 'GBP'),
    minor: fc.bigInt({ min: -99_999n, max: 99_999n }),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(record, { minLength: 1, maxLength: 30 }), async (records) => {
      const balances = new Map<string, bigint>()
      const rows = records.map(({ account, currency, minor }) => {
        const balance = (balances.get(account + currency) ?? 0n) + minor
        balances.set(account + currency, balance)
        const [amount, after] = [minor, balance].map((each) => formatAmount({ minor: each, currency }))
        return `2026-03-02,${amount},${currency},${account},${after}`
      })
      const { lines, statements } = await heldBy(
        csv('date,amount,currency,account,balance', ...rows),
        inCurrencies({ account: undefined }, { account: 'account', balance: 'balance' }),
      )
      expect(lines.map(({ account, amount }) => ({ account, ...amount }))).toEqual(records)
      expect(new Map(statements.map((s) => [`${s.account}${s.currency}`, s.balances?.closing.amount.minor]))).toEqual(
        balances,
      )
      expect(statements).toHaveLength(balances.size)
      for (const { account, currency, entries } of statements)
        expect(
          lines
            .filter((line) => line.account === account && line.amount.currency === currency)
            .map(({ entry }) => entry),
        ).toEqual(Array.from({ length: entries }, (_, at) => at + 1))
    }),
    { numRuns: 50 },
  )
})
