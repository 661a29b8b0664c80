import * as iso from 'currency-codes'
import { expect, test } from 'vitest'
import { CURRENCIES, CURRENCIES_AS_OF, type Currency } from './currencies.ts'
import { parseCurrency } from './currency.ts'

const list = iso.data
const entries: [string, Currency][] = Object.entries(CURRENCIES)
const current = entries.filter(([, { until }]) => until === undefined)
const codes = (of: [string, Currency][]) => of.map(([code]) => code).toSorted()

/** Revisit these when the package brings a newer list. */
const LIST_PUBLISHED = '2024-06-25'
const WITHDRAWN_SINCE_THAT_LIST = ['ANG', 'BGN', 'CUC']
const ADDED_SINCE_THAT_LIST = ['XCG']
const NOT_HELD = {
  metals: ['XAG', 'XAU', 'XPD', 'XPT'],
  bondUnits: ['XBA', 'XBB', 'XBC', 'XBD'],
  testAndNone: ['XTS', 'XXX'],
  unitsOfAccount: ['UYW', 'XDR', 'XSU', 'XUA'],
  funds: ['BOV', 'CHE', 'CHW', 'CLF', 'COU', 'MXV', 'USN', 'UYI'],
}

test('the table has what the list of ISO 4217 has, less what is not money and what changed since', () => {
  expect(iso.publishDate).toBe(LIST_PUBLISHED)
  const listed = new Set(list.map(({ code }) => code))
  for (const code of [...Object.values(NOT_HELD).flat(), ...WITHDRAWN_SINCE_THAT_LIST]) listed.delete(code)
  for (const code of ADDED_SINCE_THAT_LIST) listed.add(code)
  expect(codes(current)).toEqual([...listed].toSorted())
})

test('digits and numeric codes are those of the list', () => {
  const table = new Map(entries)
  const compared = list.filter(({ code }) => table.has(code))
  expect(compared.length).toBeGreaterThan(150)
  for (const { code, digits, number } of compared) expect(table.get(code)).toMatchObject({ digits, numeric: number })
})

test('the currencies that the runtime knows as current are in the table', () => {
  const table = new Map(entries)
  const missing = Intl.supportedValuesOf('currency').filter((code) => !table.has(code))
  // Units of account, which CLDR counts as currencies.
  expect(missing).toEqual(['XDR', 'XSU'])
})

test('numeric codes are unique among current currencies', () => {
  const numerics = current.map(([, { numeric }]) => numeric)
  expect(new Set(numerics).size).toBe(numerics.length)
})

test('what is withdrawn was withdrawn within ten years before the day of the table', () => {
  const withdrawn = entries.flatMap(([, { until }]) => until ?? [])
  expect(withdrawn).toHaveLength(10)
  for (const until of withdrawn) {
    expect(until >= '2016-01-01' && until <= CURRENCIES_AS_OF).toBe(true)
    expect(new Date(until).toISOString()).toBe(`${until}T00:00:00.000Z`)
  }
})

test.each([...Object.values(NOT_HELD).flat(), 'XAD', 'eur', 'EU', 'EURO', '', 'toString', '__proto__', '978'])(
  'refuses %j with UNKNOWN_CURRENCY',
  (code) => {
    expect(parseCurrency(code)).toMatchObject({ ok: false, code: 'UNKNOWN_CURRENCY', field: ['currency'] })
  },
)

test('a withdrawn currency is accepted for the days on which it was in use', () => {
  expect(parseCurrency('BGN', new Date('2025-12-31T23:59:59Z'))).toEqual({ ok: true, value: 'BGN' })
  expect(parseCurrency('BGN', new Date('2026-01-01T00:00:00Z'))).toMatchObject({
    code: 'UNKNOWN_CURRENCY',
    message: 'Bulgarian Lev (BGN) was withdrawn on 2026-01-01.',
  })
  expect(parseCurrency('HRK')).toMatchObject({ ok: false })
})
