import { namedId } from '@carriergraph/shared/ids.ts'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ACCOUNT_PURPOSES, type Entry, entriesOf, type PostableAccount, type TransferOrder } from './entries.ts'

const WALLET: PostableAccount = {
  id: namedId('led', 'wallet'),
  purpose: 'WALLET',
  currency: 'EUR',
  balanceMinor: 10_000n,
  lastSequence: 4n,
}
const CLEARING: PostableAccount = {
  id: namedId('led', 'clearing'),
  purpose: 'BILLING_CLEARING',
  currency: 'EUR',
  balanceMinor: 900n,
  lastSequence: 9n,
}
const ORDER: TransferOrder = {
  id: namedId('tfr', 'one'),
  sourceId: WALLET.id,
  destinationId: CLEARING.id,
  amountMinor: 2_500n,
  currency: 'EUR',
  reference: 'pay_1',
  postedAt: new Date('2026-11-21T12:00:00.000Z'),
}

test('takes from the source and adds to the destination, each with its next number and its new balance', () => {
  expect(entriesOf(ORDER, WALLET, CLEARING)).toMatchObject({
    ok: true,
    value: [
      { accountId: WALLET.id, sequence: 5n, amountMinor: -2_500n, balanceAfterMinor: 7_500n },
      { accountId: CLEARING.id, sequence: 10n, amountMinor: 2_500n, balanceAfterMinor: 3_400n },
    ],
  })
})

test.each<[string, Partial<TransferOrder>, PostableAccount | undefined, PostableAccount | undefined, string]>([
  ['no source', {}, undefined, CLEARING, 'LEDGER_ACCOUNT_NOT_FOUND'],
  ['no destination', {}, WALLET, undefined, 'LEDGER_ACCOUNT_NOT_FOUND'],
  ['a source in USD', {}, { ...WALLET, currency: 'USD' }, CLEARING, 'CURRENCY_MISMATCH'],
  ['a destination in USD', {}, WALLET, { ...CLEARING, currency: 'USD' }, 'CURRENCY_MISMATCH'],
  ['one cent too much', { amountMinor: 10_001n }, WALLET, CLEARING, 'INSUFFICIENT_FUNDS'],
  ['too much in the wrong currency', { amountMinor: 10_001n, currency: 'USD' }, WALLET, CLEARING, 'CURRENCY_MISMATCH'],
])('refuses %s', (_, change, source, destination, code) => {
  expect(entriesOf({ ...ORDER, ...change }, source, destination)).toMatchObject({ ok: false, code })
})

test('a wallet may be emptied', () => {
  expect(entriesOf({ ...ORDER, amountMinor: 10_000n }, WALLET, CLEARING)).toMatchObject({
    value: [{ balanceAfterMinor: 0n }, {}],
  })
})

test("the operator's funding account may go below zero", () => {
  const funding = { ...CLEARING, id: namedId('led', 'funding'), purpose: 'FUNDING', balanceMinor: 0n } as const
  expect(entriesOf({ ...ORDER, sourceId: funding.id, destinationId: WALLET.id }, funding, WALLET)).toMatchObject({
    value: [{ balanceAfterMinor: -2_500n }, { balanceAfterMinor: 12_500n }],
  })
})

test.each([
  ['an amount of zero', { amountMinor: 0n }],
  ['a negative amount', { amountMinor: -1n }],
  ['one account on both sides', { destinationId: ORDER.sourceId }],
])('%s is a bug of the caller, not a refusal', (_, change) => {
  expect(() => entriesOf({ ...ORDER, ...change }, WALLET, CLEARING)).toThrow(RangeError)
})

test('whatever is posted: entries sum to zero, balances are the sums of entries, no sequence has a gap, no wallet is below zero', () => {
  const account = fc.record({
    purpose: fc.constantFrom(...ACCOUNT_PURPOSES),
    balanceMinor: fc.constant(0n),
    lastSequence: fc.constant(0n),
    currency: fc.constantFrom('EUR', 'JPY'),
  })
  const wish = fc.record({
    from: fc.nat({ max: 4 }),
    step: fc.integer({ min: 1, max: 4 }),
    amountMinor: fc.bigInt({ min: 1n, max: 2n ** 60n }),
  })
  fc.assert(
    fc.property(
      fc.array(account, { minLength: 5, maxLength: 5 }),
      fc.array(wish, { maxLength: 60 }),
      (kinds, wishes) => {
        const accounts: PostableAccount[] = kinds.map((kind, index) => ({ ...kind, id: namedId('led', `${index}`) }))
        const posted: Entry[] = []
        for (const { from, step, amountMinor } of wishes) {
          const source = accounts[from]
          const destination = accounts[(from + step) % 5]
          if (source === undefined || destination === undefined) throw new Error('five accounts')
          const outcome = entriesOf(
            { ...ORDER, sourceId: source.id, destinationId: destination.id, amountMinor, currency: source.currency },
            source,
            destination,
          )
          if (!outcome.ok) continue
          for (const entry of outcome.value) {
            const index = accounts.findIndex(({ id }) => id === entry.accountId)
            const before = accounts[index]
            if (before) {
              accounts[index] = { ...before, balanceMinor: entry.balanceAfterMinor, lastSequence: entry.sequence }
            }
            posted.push(entry)
          }
        }
        expectSoundLedger(accounts, posted)
      },
    ),
  )
})

function expectSoundLedger(accounts: readonly PostableAccount[], posted: readonly Entry[]): void {
  for (const currency of ['EUR', 'JPY']) {
    const held = accounts.filter((account) => account.currency === currency)
    expect(held.reduce((sum, { balanceMinor }) => sum + balanceMinor, 0n)).toBe(0n)
  }
  for (const account of accounts) {
    const own = posted.filter(({ accountId }) => accountId === account.id)
    expect(own.map(({ sequence }) => sequence)).toEqual(own.map((_, index) => BigInt(index + 1)))
    expect(own.reduce((sum, { amountMinor }) => sum + amountMinor, 0n)).toBe(account.balanceMinor)
    if (account.purpose === 'WALLET') expect(own.every(({ balanceAfterMinor }) => balanceAfterMinor >= 0n)).toBe(true)
  }
}
