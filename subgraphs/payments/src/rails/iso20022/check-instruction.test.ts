import { money } from '@carriergraph/shared/money/money.ts'
import { expect, test } from 'vitest'
import type { Instruction } from '../instruction.ts'
import { INSTRUCTION_REFUSALS } from '../rail.ts'
import { instruction } from '../rails.fixture.ts'
import { AMOUNT_MINOR_MAX, checkInstruction, isSepa, SEPA_MINOR_MAX, WRITTEN_MESSAGES } from './check-instruction.ts'

const good = instruction()
const debtor = (more: Partial<Instruction['debtor']>) => ({ debtor: { ...good.debtor, ...more } })
const creditor = (more: Partial<Instruction['creditor']>) => ({ creditor: { ...good.creditor, ...more } })

test.each<[string, string, Partial<Instruction>]>([
  ['AMOUNT_NOT_POSITIVE', 'amount', { amount: money(0n, 'EUR') }],
  ['AMOUNT_NOT_POSITIVE', 'amount', { amount: money(-1n, 'EUR') }],
  ['AMOUNT_TOO_LARGE', 'amount', { amount: money(SEPA_MINOR_MAX + 1n, 'EUR') }],
  ['AMOUNT_TOO_LARGE', 'amount', { amount: money(AMOUNT_MINOR_MAX + 1n, 'USD') }],
  ['DATE_INVALID', 'executionDate', { executionDate: '2026-02-29' }],
  ['DATE_INVALID', 'executionDate', { executionDate: '23.11.2026' }],
  ['NAME_MISSING', 'debtor.name', debtor({ name: ' ' })],
  ['NAME_MISSING', 'creditor.name', creditor({ name: '' })],
  ['CHARACTER_NOT_ALLOWED', 'debtor.name', debtor({ name: 'Ада' })],
  ['CHARACTER_NOT_ALLOWED', 'creditor.name', creditor({ name: 'Ада' })],
  ['CHARACTER_NOT_ALLOWED', 'remittance', { remittance: '€' }],
  ['TEXT_TOO_LONG', 'debtor.name', debtor({ name: 'x'.repeat(71) })],
  ['TEXT_TOO_LONG', 'creditor.name', creditor({ name: 'ß'.repeat(36) })],
  ['TEXT_TOO_LONG', 'remittance', { remittance: 'x'.repeat(141) }],
  ['ACCOUNT_MISSING', 'debtor.account', debtor({ account: undefined })],
  ['ACCOUNT_MISSING', 'creditor.account', creditor({ account: undefined })],
  // A digit turned, a length that Germany has not, a country that is none, its form for people.
  ['IBAN_INVALID', 'debtor.account', debtor({ account: 'DE89370400440532013001' })],
  ['IBAN_INVALID', 'debtor.account', debtor({ account: 'DE8937040044053201300' })],
  ['IBAN_INVALID', 'creditor.account', creditor({ account: 'ZZ89370400440532013000' })],
  ['IBAN_INVALID', 'creditor.account', creditor({ account: 'DE89 3704 0044 0532 0130 00' })],
  // A number of their own is for banks of countries without IBANs, and no IBAN that went wrong.
  ['IBAN_INVALID', 'creditor.account', creditor({ account: '000123456789' })],
  ['IBAN_INVALID', 'creditor.account', creditor({ account: '000123456789', agent: undefined })],
  ['IBAN_INVALID', 'creditor.account', creditor({ account: 'x'.repeat(35), agent: 'CHASUS33' })],
  ['IBAN_INVALID', 'creditor.account', creditor({ account: 'DE89370400440532013001', agent: 'CHASUS33' })],
  ['IBAN_INVALID', 'creditor.account', creditor({ account: '000123456789', agent: 'USABA/021000022' })],
  ['BIC_INVALID', 'creditor.agent', creditor({ agent: 'USABA/021000022' })],
  ['BIC_MISSING', 'debtor.agent', debtor({ agent: undefined })],
  ['BIC_MISSING', 'creditor.agent', creditor({ agent: undefined })],
  ['BIC_INVALID', 'debtor.agent', debtor({ agent: 'COBADEF' })],
  ['BIC_INVALID', 'creditor.agent', creditor({ agent: 'COBAZZFF' })],
])('%s names %s', (code, field, change) => {
  expect(checkInstruction({ ...good, ...change }, 'pacs.008.001.08')).toMatchObject({
    ok: false,
    code,
    message: expect.any(String),
    field: field.split('.'),
  })
})

test.each([
  [SEPA_MINOR_MAX, 'EUR'],
  [AMOUNT_MINOR_MAX, 'USD'],
] as const)('%s minor units of %s are the most that one transfer has, and are taken', (minor, currency) => {
  expect(checkInstruction({ ...good, amount: money(minor, currency) }, 'pacs.008.001.08')).toMatchObject({ ok: true })
})

test('the first of all that is wrong is the answer, in the order of the codes', () => {
  const wrong = [
    { amount: money(0n, 'EUR') },
    { executionDate: 'x' },
    debtor({ name: '' }),
    creditor({ name: 'Ада' }),
    { remittance: 'x'.repeat(141) },
    debtor({ account: undefined }),
    creditor({ account: 'x' }),
    debtor({ agent: undefined }),
    creditor({ agent: 'x' }),
  ]
  const codes = wrong.map((_, from) => {
    const parts = wrong.slice(from)
    const [payer, payee] = (['debtor', 'creditor'] as const).map((side) =>
      Object.assign({}, good[side], ...parts.map((part) => differing(part, side))),
    )
    const order = Object.assign({}, good, ...parts, { debtor: payer, creditor: payee })
    const checked = checkInstruction(order, 'pacs.008.001.08')
    return checked.ok ? 'OK' : checked.code
  })
  const order = Object.keys(INSTRUCTION_REFUSALS)
  expect(codes.map((code) => order.indexOf(code))).toEqual(
    codes.map((code) => order.indexOf(code)).toSorted((a, b) => a - b),
  )
  expect(new Set(codes).size).toBe(wrong.length)
})

function differing(part: Partial<Instruction>, side: 'debtor' | 'creditor') {
  const party = part[side]
  return (
    party && Object.fromEntries(Object.entries(party).filter(([key, value]) => value !== good[side][key as 'name']))
  )
}

test('a customer’s own bank may be left to the IBAN', () => {
  const order = { ...good, ...debtor({ agent: undefined }), ...creditor({ agent: undefined }) }
  expect(checkInstruction(order, 'pain.001.001.09')).toMatchObject({ ok: true })
})

test.each(['CHASUS33', 'USABA/021000021'])('an account number at %s may be paid, by customers and banks', (agent) => {
  const order = { ...good, amount: money(1n, 'USD'), ...creditor({ account: '000123456789', agent }) }
  for (const message of WRITTEN_MESSAGES)
    expect(checkInstruction(order, message)).toMatchObject({ ok: true, value: { creditor: { agent } } })
})

test('what passes comes out as it will be written', () => {
  const order = { ...good, ...debtor({ name: ' Groß & Co ' }), remittance: '  ' }
  expect(checkInstruction(order, 'pain.001.001.09')).toEqual({
    ok: true,
    value: { ...good, ...debtor({ name: 'Gross + Co' }), remittance: undefined },
  })
})

test.each<[boolean, Partial<Instruction>]>([
  [true, {}],
  [false, { amount: money(1n, 'USD') }],
  [false, creditor({ account: 'TR330006100519786457841326' })],
  [false, creditor({ account: undefined })],
  [false, creditor({ account: 'DE12345678', agent: 'CHASUS33' })],
])('is SEPA (%s) where it is euro between two accounts in it', (expected, change) => {
  expect(isSepa({ ...good, ...change })).toBe(expected)
})
