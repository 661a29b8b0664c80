import { readConfig } from '@carriergraph/shared/config.ts'
import { addDays } from '@carriergraph/shared/day.ts'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { RAIL_SETTINGS, railsConfig } from './settings.ts'

const configOf = (environment: Record<string, string>) =>
  railsConfig(readConfig(z.object(RAIL_SETTINGS), environment as NodeJS.ProcessEnv))

const BANK = {
  RAIL_BANK: 'iso20022',
  RAIL_OPERATOR_NAME: 'Carrier One',
  RAIL_OPERATOR_IBAN: 'DE89370400440532013000',
  RAIL_ISO20022_OUTBOX: '/out',
  RAIL_ISO20022_INBOX: '/in',
}

test('unless something is said, the sandbox carries all, and in production nothing is carried', () => {
  expect(configOf({})).toMatchObject({
    carriers: { BANK: 'sandbox', CARD: 'sandbox' },
    sandbox: { seed: 'sandbox', rates: {} },
    operator: { name: 'CarrierGraph', account: undefined },
    clearing: { cutOffs: ['16:00'], timeZone: 'Europe/Brussels', settlementDays: 0, closingDays: new Map() },
  })
  expect(configOf({ NODE_ENV: 'production' })).toMatchObject({
    carriers: { BANK: undefined, CARD: undefined },
    sandbox: undefined,
    iso20022: undefined,
  })
})

test('in production the sandbox is refused, unless it is allowed in so many words', () => {
  const production = { NODE_ENV: 'production', RAIL_BANK: 'sandbox', RAIL_CARD: 'sandbox' }
  expect(() => configOf(production)).toThrow(/RAIL_BANK: is sandbox in production[\s\S]*RAIL_CARD: is sandbox/)
  const allowed = configOf({ ...production, RAIL_SANDBOX_IN_PRODUCTION: 'true' })
  expect(allowed).toMatchObject({ carriers: { BANK: 'sandbox', CARD: 'sandbox' }, sandbox: { seed: 'sandbox' } })
})

test('a bank that takes files needs an account and two folders, and says all that is missing at once', () => {
  expect(configOf(BANK)).toMatchObject({
    carriers: { BANK: 'iso20022' },
    iso20022: { message: 'pain.001.001.09', outbox: '/out', inbox: '/in', fileEvery_ms: 60_000 },
  })
  expect(() => configOf({ RAIL_BANK: 'iso20022' })).toThrow(
    /RAIL_OPERATOR_IBAN: is missing[\s\S]*RAIL_ISO20022_OUTBOX: is missing[\s\S]*RAIL_ISO20022_INBOX: is missing/,
  )
  expect(() => configOf({ ...BANK, RAIL_ISO20022_MESSAGE: 'pacs.008.001.08' })).toThrow('RAIL_OPERATOR_BIC: is missing')
})

test('what already waits for a bank needs the operator’s BIC as well, whatever carries payments from now on', () => {
  const pacs = { ...BANK, RAIL_ISO20022_MESSAGE: 'pacs.008.001.08' }
  for (const RAIL_BANK of ['sandbox', 'off'])
    expect(() => configOf({ ...pacs, RAIL_BANK })).toThrow('RAIL_OPERATOR_BIC: is missing')
  expect(configOf({ RAIL_ISO20022_MESSAGE: 'pacs.008.001.08' }).iso20022).toBeUndefined()
})

test('the name of the operator has as many characters as banks carry, as they are written', () => {
  const named = (name: string) => configOf({ RAIL_OPERATOR_NAME: name }).operator.name
  expect(named('ß'.repeat(35))).toBe('ß'.repeat(35))
  for (const long of ['x'.repeat(71), 'ß'.repeat(36)])
    expect(() => named(long)).toThrow(/RAIL_OPERATOR_NAME: .*70 characters/)
})

test('shares of faults, currencies and cut-offs are read', () => {
  const config = configOf({
    ...BANK,
    RAIL_SANDBOX_FAULTS: 'DECLINE=0.02,LATE-SUCCESS=0.5',
    RAIL_ISO20022_CURRENCIES: 'EUR,USD',
    RAIL_CUT_OFFS: '16:00,10:00',
    RAIL_SETTLEMENT_DAYS: '2',
  })
  expect(config.sandbox?.rates).toEqual({ DECLINE: 0.02, 'LATE-SUCCESS': 0.5 })
  expect([...(config.iso20022?.currencies ?? [])]).toEqual(['EUR', 'USD'])
  expect(config.clearing).toMatchObject({ cutOffs: ['10:00', '16:00'], settlementDays: 2 })
})

test('closing days are read by currency', () => {
  const { clearing } = configOf({ RAIL_CLOSING_DAYS: 'JPY=2026-11-23/2027-01-01, USD=2026-11-26' })
  expect(clearing.closingDays).toEqual(
    new Map([
      ['JPY', new Set(['2026-11-23', '2027-01-01'])],
      ['USD', new Set(['2026-11-26'])],
    ]),
  )
})

/** All days of December and January. */
const TWO_MONTHS = Array.from({ length: 62 }, (_, at) => addDays('2026-12-01', at)).join('/')

test.each([
  ['XXY=2026-11-23', 'has "XXY", which is no currency'],
  ['2026-11-23', 'has "2026-11-23", which is no currency'],
  ['JPY=2026-02-30', 'has "2026-02-30" for JPY, which is no day'],
  ['JPY=2026-11-23/', 'has "" for JPY, which is no day'],
  ['JPY', 'has "" for JPY, which is no day'],
  ['JPY=2026-11-23=2026-11-24', 'has "JPY=2026-11-23=2026-11-24", which is no currency with its days'],
  ['JPY=2026-11-23,JPY=2027-01-01', 'has JPY twice'],
  [`JPY=${TWO_MONTHS}`, 'has no business day in 30 days for JPY'],
])('RAIL_CLOSING_DAYS = %s is a fault of the configuration, which says what it is', (value, fault) => {
  expect(() => configOf({ RAIL_CLOSING_DAYS: value })).toThrow(`RAIL_CLOSING_DAYS: ${fault}, expected such as JPY=`)
})

test.each([
  ['RAIL_BANK', 'swift'],
  ['RAIL_CARD', 'iso20022'],
  ['RAIL_SANDBOX_FAULTS', 'DECLINE'],
  ['RAIL_SANDBOX_FAULTS', 'DECLINED=0.1'],
  ['RAIL_SANDBOX_FAULTS', 'DECLINE=0.6,LOST=0.6'],
  ['RAIL_SANDBOX_FAULTS', 'DECLINE=0.1,DECLINE=0.1'],
  ['RAIL_OPERATOR_NAME', '李'],
  ['RAIL_OPERATOR_IBAN', 'DE00'],
  ['RAIL_OPERATOR_BIC', 'x'],
  ['RAIL_ISO20022_CURRENCIES', 'EUR,XXY'],
  ['RAIL_ISO20022_MESSAGE', 'pain.001'],
  ['RAIL_ISO20022_FILE_EVERY_MS', '-1'],
  ['RAIL_CUT_OFFS', '24:00'],
  ['RAIL_CUT_OFFS', '10:00,10:00'],
  ['RAIL_TIME_ZONE', 'Europe/Nowhere'],
  ['RAIL_SETTLEMENT_DAYS', '6'],
])('%s = %s is a fault of the configuration', (name, value) => {
  expect(() => configOf({ [name]: value })).toThrow(`${name}: `)
})
