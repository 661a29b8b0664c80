import { expect, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import { type Id, newId } from '../ids.ts'
import { CURRENCIES, type CurrencyCode } from '../money/currencies.ts'
import { MINOR_MAX, money } from '../money/money.ts'
import { currencyField, eventMoney, idField, instantField, moneyField } from './event-fields.ts'

const slice = newId('slc')

test.each([
  ['an id of the kind', idField('slc'), slice, true],
  ['an id of another kind', idField('slc'), newId('usr'), false],
  ['an id with a letter that is not in the alphabet', idField('slc'), `${slice.slice(0, -1)}u`, false],
  ['an id in capitals', idField('slc'), slice.toUpperCase(), false],
  ['an id of more than 128 bits', idField('slc'), `slc_8${slice.slice(5)}`, false],
  ['a currency', currencyField, 'EUR', true],
  ['a currency that was withdrawn', currencyField, 'BGN', true],
  ['a currency that never was', currencyField, 'EUX', false],
  ['the name of a method', currencyField, 'constructor', false],
  ['an amount', moneyField, { amount: '12.50', currency: 'EUR' }, true],
  ['an amount below zero', moneyField, { amount: '-0.005', currency: 'KWD' }, true],
  ['an amount in a withdrawn currency', moneyField, { amount: '12.50', currency: 'BGN' }, true],
  ['an amount with too few digits', moneyField, { amount: '12', currency: 'EUR' }, false],
  ['an amount with too many digits', moneyField, { amount: '12.00', currency: 'JPY' }, false],
  ['a zero with a sign', moneyField, { amount: '-0.00', currency: 'EUR' }, false],
  ['an amount that is a number', moneyField, { amount: 12.5, currency: 'EUR' }, false],
  ['an amount beyond a bigint', moneyField, { amount: '92233720368547758.08', currency: 'EUR' }, false],
  ['an amount with more to it', moneyField, { amount: '12.50', currency: 'EUR', vat: '2.00' }, false],
  ['an instant', instantField, '2026-01-02T03:04:05.678Z', true],
  ['an instant of another zone', instantField, '2026-01-02T03:04:05.678+01:00', false],
  ['an instant in whole seconds', instantField, '2026-01-02T03:04:05Z', false],
  ['a day that there is not', instantField, '2026-02-30T00:00:00.000Z', false],
] as const)('of %s says whether it is one', (_, field: z.ZodType, value: unknown, isOne: boolean) => {
  expect(field.safeParse(value).success).toBe(isOne)
})

test('takes every amount that it writes, in every currency', () => {
  for (const code of Object.keys(CURRENCIES) as CurrencyCode[])
    for (const minor of [0n, 1n, -1n, 12_345n, MINOR_MAX, -MINOR_MAX])
      expect(moneyField.safeParse(eventMoney(money(minor, code)))).toMatchObject({ success: true })
})

test('are described in JSON Schema by their patterns', () => {
  const event = z.strictObject({
    sliceId: idField('slc').describe('The slice.'),
    charge: moneyField.describe('What it costs.'),
    at: instantField,
  })
  expect(z.toJSONSchema(event)).toMatchObject({
    properties: {
      sliceId: { type: 'string', pattern: '^slc_[0-7][0-9a-hjkmnp-tv-z]{25}$', description: 'The slice.' },
      charge: {
        type: 'object',
        description: 'What it costs.',
        properties: {
          amount: { type: 'string', pattern: expect.any(String), description: expect.stringContaining('major units') },
          currency: { type: 'string', pattern: '^[A-Z]{3}$', description: 'ISO 4217 code.' },
        },
      },
      at: { type: 'string', format: 'date-time' },
    },
  })
})

test('are typed on the side that is checked', () => {
  const event = z.object({ sliceId: idField('slc'), currency: currencyField })
  expectTypeOf<z.output<typeof event>>().toEqualTypeOf<{ sliceId: Id<'slc'>; currency: CurrencyCode }>()
})
