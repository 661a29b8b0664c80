import { expect, test } from 'vitest'
import { dayReader, isDateFormat } from './days.ts'

test.each([
  ['D.M.YYYY', '2.3.2026'],
  ['D.M.YYYY', '02.03.2026'],
  ['M/D/YY', '3/2/26'],
  ['DD MMM YY', '02 Mar 26'],
  ['DDMMMYY', '02MAR26'],
  ['MMM D, YYYY', 'Mar 2, 2026'],
  ['DMMMYYYY', '2Mar2026'],
  ['YYYY:MM:DD', '2026:03:02'],
  ['YYYY.MM.DD.', '2026.03.02.'],
])('as %s, %s is a day', (format, text) => {
  expect(isDateFormat(format)).toBe(true)
  expect(dayReader(format)(text, { line: 1 })).toBe('2026-03-02')
})

test.each([
  ['D.M.YYYY', '002.3.2026'],
  ['D.M.YYYY', '30.2.2026'],
  ['DD.MM.YYYY', '2.3.2026'],
  ['DD MMM YYYY', '02 Mrt 2026'],
  ['D MMM YYYY', '0 Mar 2026'],
])('as %s, %s is none', (format, text) => {
  expect(() => dayReader(format)(text, { line: 1 })).toThrow(text)
})

test.each(['DMYYYY', 'DMMYYYY', 'YYYYMMDDM', 'YYYYMD', 'MM-DD', 'DD.MM.YYYY hh', 'DD|MM|YYYY', ''])(
  '%j could be read in two ways, or is none',
  (format) => {
    expect(isDateFormat(format)).toBe(false)
  },
)
