import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FAULTS_SHOWN_MAX } from './fault.ts'
import { readRates } from './read-rates.ts'

const TODAY = '2026-04-13'
const HISTORY = `Date,USD,JPY,CYP,
2026-04-13,1.1684,186.75,N/A,
2026-04-10,1.1711,186.43,N/A,
2007-12-31,1.4721,164.93,0.585274,
`
const read = (text: string, mayJump: string[] = []) => readRates(text, TODAY, mayJump)
const ratesOf = (text: string) => {
  const file = read(text)
  if (!file.ok) throw new Error(JSON.stringify(file))
  return file.rates.map(({ currency, day, rate }) => `${day} ${currency} ${rate}`)
}
const faultsOf = (text: string, mayJump?: string[]) => {
  const file = read(text, mayJump)
  return file.ok ? [] : file.faults.map(({ code, line, column }) => `${code} ${line}:${column}`)
}

describe('a file of the ECB', () => {
  test('is read day by day, oldest first, digit by digit; what was not published is left out', () => {
    expect(ratesOf(HISTORY)).toEqual([
      ...['2007-12-31 CYP 0.585274', '2007-12-31 JPY 164.93', '2007-12-31 USD 1.4721'],
      ...['2026-04-10 JPY 186.43', '2026-04-10 USD 1.1711', '2026-04-13 JPY 186.75', '2026-04-13 USD 1.1684'],
    ])
    expect(read(HISTORY)).toMatchObject({ ok: true, days: 3 })
  })

  test('of one day writes its date in words and spaces behind commas', () => {
    const daily = 'Date, USD, JPY, \n13 April 2026, 1.1684, 186.75, \n'
    expect(ratesOf(daily)).toEqual(['2026-04-13 JPY 186.75', '2026-04-13 USD 1.1684'])
    expect(ratesOf('Date,USD\n02 December 2024,1.0512')).toEqual(['2024-12-02 USD 1.0512'])
  })

  test.each([
    ['with a byte order mark', `\ufeff${HISTORY}`],
    ['with line ends of Windows', HISTORY.replaceAll('\n', '\r\n')],
    ['without commas at the ends', HISTORY.replaceAll(',\n', '\n')],
    ['without the last line end', HISTORY.trimEnd()],
    ['with an empty line', HISTORY.replace('2026-04-10', '\n2026-04-10')],
    ['oldest first', ['Date,USD,JPY,CYP', ...HISTORY.trim().split('\n').slice(1).reverse()].join('\n')],
    ['with an empty cell for what was not published', HISTORY.replaceAll('N/A', '')],
  ])('means the same %s', (_, text) => {
    expect(ratesOf(text)).toEqual(ratesOf(HISTORY))
  })
})

describe('a file is refused whole', () => {
  test.each([
    ['FILE_EMPTY 1:1', ''],
    ['FILE_EMPTY 1:1', '\n\n'],
    ['FILE_EMPTY 1:1', 'Date,USD\n'],
    ['HEADER_INVALID 1:1', 'date,USD\n2026-04-13,1.1\n'],
    ['HEADER_INVALID 1:1', 'Date\n2026-04-13\n'],
    ['HEADER_INVALID 1:2', 'Date,usd\n2026-04-13,1.1\n'],
    ['HEADER_INVALID 1:2', 'Date,EUR\n2026-04-13,1\n'],
    ['HEADER_INVALID 1:3', 'Date,USD,USD\n2026-04-13,1.1,1.1\n'],
    ['COLUMN_COUNT 2:2', 'Date,USD,JPY\n2026-04-13,1.1\n'],
    ['COLUMN_COUNT 2:4', 'Date,USD,JPY\n2026-04-13,1.1,186,7\n'],
    ['LINE_CUT_OFF 2:3', 'Date, USD, JPY, \n13 April 2026, 1.1684, 18'],
    ['LINE_CUT_OFF 3:2', 'Date,USD,\n2026-04-13,1.1684,\n2026-04-10,1.17'],
    ['LINE_CUT_OFF 2:2', 'Date,USD,\n2026-04-13,1.1\n2026-04-10,1.1711,\n'],
    ['DATE_INVALID 2:1', 'Date,USD\n13.04.2026,1.1\n'],
    ['DATE_INVALID 2:1', 'Date,USD\n2026-02-30,1.1\n'],
    ['DATE_INVALID 2:1', 'Date,USD\n31 February 2026,1.1\n'],
    ['DATE_INVALID 2:1', 'Date,USD\n13 april 2026,1.1\n'],
    ['DATE_INVALID 2:1', 'Date,USD\n,1.1\n'],
    ['DATE_IN_FUTURE 2:1', 'Date,USD\n2026-04-14,1.1\n'],
    ['DATE_REPEATED 3:1', 'Date,USD\n2026-04-13,1.1\n13 April 2026,1.1\n'],
    ...[
      '0',
      '0.00',
      '-1.1',
      '+1.1',
      '1,1',
      '1.1e0',
      '.5',
      '1.',
      '01.1',
      'NaN',
      'n/a',
      '"1.1"',
      '1.123456789',
      '12345678901',
    ].map((rate) => [rate === '1,1' ? 'COLUMN_COUNT 2:3' : 'RATE_INVALID 2:2', `Date,USD\n2026-04-13,${rate}\n`]),
    ['RATE_JUMPED 2:2', 'Date,USD\n2026-04-13,11.684\n2026-04-10,1.1711\n'],
    ['RATE_JUMPED 2:2', 'Date,USD\n2026-04-13,0.58\n2026-04-10,1.1711\n'],
  ])('%s: %j', (expected, text) => {
    expect(faultsOf(text ?? '')).toEqual([expected])
  })

  test('with all its faults, each in its place, and as many as help', () => {
    expect(faultsOf('Date,usd,JPY\n2026-04-13,x,y\nnever,1,1\n')).toEqual([
      ...['HEADER_INVALID 1:2', 'RATE_INVALID 2:2', 'RATE_INVALID 2:3', 'DATE_INVALID 3:1'],
    ])
    const file = read(`Date,USD\n${'x,1\n'.repeat(50)}`)
    expect(file).toMatchObject({ ok: false, more: 50 - FAULTS_SHOWN_MAX })
  })

  test('but a rate may double after a pause of weeks, or where the currency is named', () => {
    expect(faultsOf('Date,ISK\n2018-02-01,125.2\n2008-12-09,290\n')).toEqual([])
    expect(faultsOf('Date,TRY\n2026-04-13,110\n2026-04-10,52.3\n', ['TRY'])).toEqual([])
  })

  test('no text is thrown at, and what is taken has rates above zero on days of the past', () => {
    const cell = fc.oneof(fc.constantFrom('N/A', '1.1', '2026-04-13', '', 'USD', 'Date', '"', '\u0000'), fc.string())
    const lines = fc.array(
      fc.array(cell, { maxLength: 4 }).map((cells) => cells.join(',')),
      { maxLength: 5 },
    )
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      lines.map((all) => all.join('\n')),
      lines.map((all) => `Date,USD\n${all.join('\n')}`),
    )
    fc.assert(
      fc.property(text, (candidate) => {
        const file = read(candidate)
        return !file.ok || file.rates.every(({ rate, day }) => Number(rate) > 0 && day <= TODAY)
      }),
    )
  })

  test.each([
    ['the history', HISTORY],
    ['one day', 'Date, USD, JPY, \n13 April 2026, 1.1684, 186.75, \n'],
  ])('and wherever %s is cut off, no rate is read that it does not have', (_, text) => {
    const whole = ratesOf(text)
    for (let end = 0; end < text.length; end += 1) {
      const file = read(text.slice(0, end))
      if (file.ok) expect(whole).toEqual(expect.arrayContaining(ratesOf(text.slice(0, end))))
    }
  })

  test('damage to any one character of a file either shows, or leaves a file of rates that are no further off than twice', () => {
    const clean = new Map(ratesOf(HISTORY).map((text) => [text.slice(0, 14), Number(text.slice(15))]))
    fc.assert(
      fc.property(fc.nat(HISTORY.length - 1), fc.constantFrom(...'0123456789.,-N/A\n '), (at, character) => {
        const file = read(HISTORY.slice(0, at) + character + HISTORY.slice(at + 1))
        if (!file.ok) return
        const recent = file.rates.filter(({ day, currency }) => day > '2026-04-10' && currency !== 'CYP')
        for (const { day, currency, rate } of recent) {
          const before = clean.get(`${day} ${currency}`)
          if (before !== undefined) expect(Math.max(Number(rate) / before, before / Number(rate))).toBeLessThan(2.1)
        }
      }),
      { numRuns: 1_000 },
    )
  })
})
