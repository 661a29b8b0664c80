import { Decimal } from 'decimal.js'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { seededRandom } from './random.ts'
import { type Action, actionsOf } from './scenario.ts'
import type { SimulatedAccount } from './world.ts'

const TICKS_IN_TEN_SECONDS = 20
const MEGABYTE = 1_000_000

interface Terms {
  balance: string
  creditLimit: string
  threshold: string
  /** In euro. */
  pricePerMegabyte: string
  wallet: string
}

const BRUNO: Terms = {
  balance: '20.00',
  creditLimit: '0.00',
  threshold: '15.00',
  pricePerMegabyte: '0.01',
  wallet: '500.00',
}

const euro = (amount: Decimal.Value) => ({ amount: new Decimal(amount).toFixed(2), currency: 'EUR' })

function accountOf(terms: Terms, name = 'bruno'): SimulatedAccount {
  return {
    id: `acc_${name}`,
    msisdn: name,
    balance: euro(terms.balance),
    creditLimit: euro(terms.creditLimit),
    lowBalanceThreshold: euro(terms.threshold),
    dataRate: { blockSize: MEGABYTE, pricePerBlock: terms.pricePerMegabyte },
    wallet: { id: `led_${name}`, balance: euro(terms.wallet) },
  }
}

const available = ({ balance, creditLimit }: SimulatedAccount) => new Decimal(balance.amount).plus(creditLimit.amount)

/** What billing and payments make of an action; calls and messages cost ten cents here. */
function applied(account: SimulatedAccount, action: Action): SimulatedAccount {
  const { balance, dataRate, wallet } = account
  if (action.kind === 'usage' && action.usage.msisdn === account.msisdn) {
    const { usageType, quantity } = action.usage
    const price =
      usageType === 'DATA' ? new Decimal(dataRate?.pricePerBlock ?? 0).times(Math.ceil(quantity / MEGABYTE)) : 0.1
    return { ...account, balance: euro(new Decimal(balance.amount).minus(price)) }
  }
  if (action.kind === 'topUp' && action.accountId === account.id && wallet) {
    const { amount } = action.amount
    const paid = { ...wallet, balance: euro(new Decimal(wallet.balance.amount).minus(amount)) }
    return { ...account, balance: euro(new Decimal(balance.amount).plus(amount)), wallet: paid }
  }
  return account
}

interface Film {
  /** Ticks in which the amount available fell below the threshold, of any account. */
  alerts: number[]
  actions: Action[][]
  accounts: SimulatedAccount[]
}

/** Plays the accounts; a payment takes `delay` ticks to reach its account. */
function film(accounts: SimulatedAccount[], ticks: number, { seed = 1, delay = 0 } = {}): Film {
  const random = seededRandom(seed)
  const alerts: number[] = []
  const actions: Action[][] = []
  const underWay: Action[][] = []
  let now = accounts
  for (let tick = 0; tick < ticks; tick++) {
    const acts = actionsOf(tick, { slices: [], accounts: now, linkIds: [] }, random)
    actions.push(acts)
    underWay.push(acts.filter(({ kind }) => kind === 'topUp'))
    const effects = [...acts.filter(({ kind }) => kind === 'usage'), ...(underWay[tick - delay] ?? [])]
    const next = now.map((account) => effects.reduce(applied, account))
    const isAlert = (after: SimulatedAccount, index: number) => {
      const before = now[index] ?? after
      const threshold = after.lowBalanceThreshold.amount
      return available(before).gte(threshold) && available(after).lt(threshold)
    }
    if (next.some(isAlert)) alerts.push(tick)
    now = next
  }
  return { alerts, actions, accounts: now }
}

const cents = (max: number) =>
  fc.integer({ min: 0, max: max * 100 }).map((amount) => new Decimal(amount).div(100).toFixed(2))

test('whatever its balance, threshold and prices, an account raises an alert within ten seconds, top-up included', () => {
  const terms = fc.record({
    balance: cents(60).map((amount) => new Decimal(amount).minus(20).toFixed(2)),
    creditLimit: cents(40),
    threshold: cents(20),
    pricePerMegabyte: fc.constantFrom('0.004', '0.01', '0.05'),
    wallet: fc.constantFrom('60.00', '500.00'),
  })
  fc.assert(
    fc.property(terms, fc.nat(), fc.nat(6), (given, seed, delay) => {
      expect(film([accountOf(given)], TICKS_IN_TEN_SECONDS, { seed, delay }).alerts).not.toEqual([])
    }),
  )
})

test('the demo’s first account raises an alert within five seconds of its first start, whatever the seed', () => {
  for (let seed = 0; seed < 200; seed++) expect(film([accountOf(BRUNO)], 10, { seed }).alerts).not.toEqual([])
})

const FIVE = ['bruno', 'chen', 'dana', 'ada', 'elif'].map((name) => accountOf(BRUNO, name))

test('whoever comes in the first half minute sees an alert within ten seconds, and later within 35', () => {
  for (let seed = 0; seed < 20; seed++) {
    const { alerts } = film(FIVE, 600, { seed })
    const waits = Array.from({ length: 540 }, (_, tick) => (alerts.find((at) => at >= tick) ?? Infinity) - tick)
    expect(Math.max(...waits.slice(0, 50))).toBeLessThanOrEqual(TICKS_IN_TEN_SECONDS)
    expect(Math.max(...waits)).toBeLessThanOrEqual(70)
  }
})

test('an account that is low is left alone until its turn, and then topped up to the cent', () => {
  const low = accountOf({ ...BRUNO, balance: '-3.21', wallet: '90.00' }, 'low')
  const { actions } = film([accountOf(BRUNO), low], 15)
  const ofLow = actions.map((acts) =>
    acts.filter((act) =>
      act.kind === 'topUp' ? act.accountId === low.id : act.kind === 'usage' && act.usage.msisdn === low.msisdn,
    ),
  )
  expect(ofLow.slice(0, 14)).toEqual(Array(14).fill([]))
  const amount = { amount: '20.21', currency: 'EUR' }
  expect(ofLow[14]).toEqual([{ kind: 'topUp', walletId: 'led_low', accountId: 'acc_low', amount }])
})

test('a wallet keeps a reserve for the opening of later runs, and a turn passes on to who can pay', () => {
  const { accounts } = film(FIVE, 40_000)
  const left = accounts.map(({ wallet }) => Number(wallet?.balance.amount))
  for (const amount of left) {
    expect(amount).toBeGreaterThanOrEqual(60)
    expect(amount).toBeLessThan(110)
  }
  expect(film(accounts, TICKS_IN_TEN_SECONDS).alerts).not.toEqual([])
  const broke = accounts.map((account, index) =>
    index === 0 ? accountOf({ ...BRUNO, balance: '1', wallet: '0' }) : account,
  )
  expect(film(broke, TICKS_IN_TEN_SECONDS).alerts).not.toEqual([])
})
