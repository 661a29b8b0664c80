import { daysBetween, isDay } from '@carriergraph/shared/day.ts'
import { BASE } from '../cross-rate.ts'
import { type RateFileFault, type RateFileFaultCode, type RefusedFile, refusedFile } from './fault.ts'

/** A rate as a file has it, and where. */
export type FileRate = {
  readonly currency: string
  readonly day: string
  /** The decimal as it stands there. */
  readonly rate: string
  readonly line: number
  readonly column: number
}

export type RateFile = {
  readonly ok: true
  /** Oldest first. */
  readonly rates: readonly FileRate[]
  readonly days: number
}

/** As many as the ECB ever published is 41; a file of another kind has more. */
const COLUMNS_MAX = 200
/** The largest is of seven figures (lira), the finest of four decimals. */
const RATE = /^(?:0|[1-9]\d{0,9})(?:\.\d{1,8})?$/
const NOT_PUBLISHED = ['N/A', '']
/** In one day, or over a weekend: the lira lost 41 % in 2001, the krona a third in 2008. */
export const JUMP_MAX = 2
/** Rates that are further apart may differ by anything: the krona came back after nine years. */
export const JUMP_DAYS_MAX = 14

/**
 * Reads the ECB's `eurofxref-hist.csv` or `eurofxref.csv`: "Date" and currencies, then a line for each day with what one euro
 * was worth; "N/A" where nothing was published. Commas at the ends of lines, spaces around values and either order of
 * days are taken. Where the first line ends with a comma, a line without one was cut off. A file with any fault is refused
 * whole, with every fault in its place.
 * @param today YYYY-MM-DD
 * @param mayJump currencies whose rates are not compared with the ones before
 */
export function readRates(text: string, today: string, mayJump: readonly string[] = []): RateFile | RefusedFile {
  const faults: RateFileFault[] = []
  const fault = (code: RateFileFaultCode, line: number, column: number, message: string): void => {
    faults.push({ code, line, column, message })
  }
  const lines = text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .map((line, index) => ({ number: index + 1, cells: cellsOf(line), isClosed: line.trimEnd().endsWith(',') }))
    .filter(({ cells }) => cells.length > 0)
  const [header, ...rows] = lines
  if (header === undefined || rows.length === 0)
    return refusedFile([{ code: 'FILE_EMPTY', line: 1, column: 1, message: 'There is no line with rates.' }])
  const currencies = currenciesOf(header, fault)
  const rates: FileRate[] = []
  const lineOfDay = new Map<string, number>()
  for (const { number, cells, isClosed } of rows) {
    if (cells.length !== header.cells.length) {
      fault(
        'COLUMN_COUNT',
        number,
        cells.length,
        `${cells.length} columns, and the first line has ${header.cells.length}.`,
      )
      continue
    }
    if (header.isClosed && !isClosed) {
      fault('LINE_CUT_OFF', number, cells.length, 'The first line ends with a comma, and this one does not.')
      continue
    }
    const day = dayIn(cells[0] ?? '')
    if (day === undefined) {
      fault('DATE_INVALID', number, 1, `${shown(cells[0])} is no day.`)
      continue
    }
    const before = lineOfDay.get(day)
    if (before !== undefined) fault('DATE_REPEATED', number, 1, `${day} stands in line ${before} too.`)
    if (day > today) fault('DATE_IN_FUTURE', number, 1, `${day} is not there yet: it is ${today}.`)
    lineOfDay.set(day, number)
    for (const [index, currency] of currencies.entries()) {
      const rate = cells[index + 1] ?? ''
      const column = index + 2
      if (NOT_PUBLISHED.includes(rate)) continue
      if (RATE.test(rate) && /[1-9]/.test(rate)) rates.push({ currency, day, rate, line: number, column })
      else fault('RATE_INVALID', number, column, `${currency} on ${day}: ${shown(rate)} is no rate.`)
    }
  }
  const ordered = rates.toSorted((a, b) => compare(a.day, b.day) || compare(a.currency, b.currency))
  if (faults.length === 0) faults.push(...jumpsIn(ordered.filter(({ currency }) => !mayJump.includes(currency))))
  return faults.length === 0 ? { ok: true, rates: ordered, days: lineOfDay.size } : refusedFile(faults)
}

/** The cells of a line without those that a comma at its end makes; none of an empty line. */
function cellsOf(line: string): string[] {
  const cells = line.split(',').map((cell) => cell.trim())
  if (cells.length > 1 && cells.at(-1) === '') cells.pop()
  return cells.length === 1 && cells[0] === '' ? [] : cells
}

function currenciesOf(
  { number, cells }: { readonly number: number; readonly cells: readonly string[] },
  fault: (code: RateFileFaultCode, line: number, column: number, message: string) => void,
): readonly string[] {
  if (cells[0] !== 'Date') fault('HEADER_INVALID', number, 1, `The first column is ${shown(cells[0])} and not "Date".`)
  const currencies = cells.slice(1)
  if (currencies.length === 0 || currencies.length > COLUMNS_MAX)
    fault(
      'HEADER_INVALID',
      number,
      1,
      `There are ${currencies.length} currencies, and there may be 1 to ${COLUMNS_MAX}.`,
    )
  for (const [index, currency] of currencies.entries()) {
    const column = index + 2
    if (!/^[A-Z]{3}$/.test(currency)) fault('HEADER_INVALID', number, column, `${shown(currency)} is no currency.`)
    else if (currency === BASE) fault('HEADER_INVALID', number, column, 'The euro has no rate against itself.')
    else if (currencies.indexOf(currency) < index)
      fault('HEADER_INVALID', number, column, `${currency} is there twice.`)
  }
  return currencies
}

/** A value in the file that is ten times another, or a tenth, has lost or gained a digit. */
export const hasJumped = (before: { day: string; rate: string }, after: { day: string; rate: string }): boolean => {
  // Not money: whether a rate is likely. A quarter of a million of them are compared.
  const ratio = Number(after.rate) / Number(before.rate)
  return (ratio > JUMP_MAX || ratio * JUMP_MAX < 1) && daysBetween(before.day, after.day) <= JUMP_DAYS_MAX
}

/** @param rates oldest first */
function* jumpsIn(rates: readonly FileRate[]): Generator<RateFileFault> {
  const last = new Map<string, FileRate>()
  for (const rate of rates) {
    const before = last.get(rate.currency)
    if (before !== undefined && hasJumped(before, rate)) yield jumpFault(before, rate)
    last.set(rate.currency, rate)
  }
}

/** @param before of the same currency, in the file or stored */
export const jumpFault = (
  before: { day: string; rate: string },
  { line, column, ...after }: FileRate,
): RateFileFault => ({
  code: 'RATE_JUMPED',
  line,
  column,
  message: `${after.currency} went from ${before.rate} on ${before.day} to ${after.rate} on ${after.day}.`,
})

const MONTHS = [
  ...['January', 'February', 'March', 'April', 'May', 'June'],
  ...['July', 'August', 'September', 'October', 'November', 'December'],
]

/** YYYY-MM-DD of `2026-04-13` or `13 April 2026`; undefined for what is no day of the calendar. */
function dayIn(text: string): string | undefined {
  const [, date = '', name = '', year = ''] = /^(\d{1,2}) ([A-Z][a-z]+) (\d{4})$/.exec(text) ?? []
  const month = MONTHS.indexOf(name) + 1
  const day = name === '' ? text : `${year}-${String(month).padStart(2, '0')}-${date.padStart(2, '0')}`
  return isDay(day) ? day : undefined
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** What stands there, on one line and not at length. */
const shown = (text = ''): string => JSON.stringify(text.slice(0, 40))
