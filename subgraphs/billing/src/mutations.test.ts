// The mutations as the gateway meets them: over signed HTTP, on a real database.

import { newId } from '@carriergraph/shared/ids.ts'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  type BillingGraph,
  NOW,
  OPEN,
  openInput,
  operator,
  POSTPAID,
  PREPAID,
  RECORD,
  recordOf,
  runBilling,
} from './testing/billing-graph.ts'

let graph: BillingGraph
beforeAll(async () => {
  graph = await runBilling()
})
afterAll(() => graph[Symbol.asyncDispose]())
beforeEach(() => graph.clock.set(NOW))

describe('openBillingAccount', () => {
  it('answers with the whole account, and with the same one when asked again', async () => {
    const variables = openInput()
    const first = await graph.ask(operator, OPEN, variables)
    expect(first.errors).toBeUndefined()
    expect(first.data.openBillingAccount).toEqual({
      account: {
        id: expect.stringMatching(/^acc_/),
        owner: { id: variables.input.ownerId },
        paymentMode: 'PREPAID',
        msisdn: variables.input.msisdn,
        tariff: {
          id: PREPAID,
          name: 'Prepaid by the minute',
          currency: 'EUR',
          rates: [
            { usageType: 'DATA', blockSize: 1_000_000, pricePerBlock: '0.01' },
            { usageType: 'SMS', blockSize: 1, pricePerBlock: '0.07' },
            { usageType: 'VOICE', blockSize: 60, pricePerBlock: '0.09' },
          ],
        },
        balance: { amount: '0.00', currency: 'EUR' },
        creditLimit: { amount: '0.00', currency: 'EUR' },
        lowBalanceThreshold: { amount: '5.00', currency: 'EUR' },
        createdAt: NOW.toISOString(),
      },
      errors: [],
    })
    expect((await graph.ask(operator, OPEN, variables)).data).toEqual(first.data)
  })

  const eur = (amount: string) => ({ amount, currency: 'EUR' })
  const POST = { paymentMode: 'POSTPAID', tariffId: POSTPAID }
  it.each<[string, Record<string, unknown>, string, string[]]>([
    ['an owner of another kind', { ownerId: newId('acc') }, 'INVALID_ID', ['ownerId']],
    ['a tariff that is no id', { tariffId: 'flat' }, 'INVALID_ID', ['tariffId']],
    ['an unknown tariff', { tariffId: newId('trf') }, 'TARIFF_NOT_FOUND', ['tariffId']],
    ['a number with a plus sign', { msisdn: '+491711234567' }, 'INVALID_VALUE', ['msisdn']],
    ['a number of 16 digits', { msisdn: '4917112345678901' }, 'INVALID_VALUE', ['msisdn']],
    ['a number with a zero byte', { msisdn: '49171123\0' }, 'INVALID_VALUE', ['msisdn']],
    ['a negative threshold', { lowBalanceThreshold: eur('-1') }, 'INVALID_MONEY', ['lowBalanceThreshold', 'amount']],
    ['a third digit', { lowBalanceThreshold: eur('1.005') }, 'INVALID_MONEY', ['lowBalanceThreshold', 'amount']],
    ['an exponent', { lowBalanceThreshold: eur('1e3') }, 'INVALID_MONEY', ['lowBalanceThreshold', 'amount']],
    [
      'a made-up currency',
      { lowBalanceThreshold: { amount: '1', currency: 'EUX' } },
      'UNKNOWN_CURRENCY',
      ['lowBalanceThreshold', 'currency'],
    ],
    [
      'a withdrawn currency',
      { ...POST, creditLimit: { amount: '1', currency: 'HRK' } },
      'UNKNOWN_CURRENCY',
      ['creditLimit', 'currency'],
    ],
    [
      'another currency than the tariff',
      { lowBalanceThreshold: { amount: '1', currency: 'USD' } },
      'CURRENCY_MISMATCH',
      ['lowBalanceThreshold', 'currency'],
    ],
    ['prepaid with credit', { creditLimit: eur('1') }, 'INVALID_VALUE', ['creditLimit']],
    ['postpaid without credit', POST, 'INVALID_VALUE', ['creditLimit']],
    ['postpaid with no credit', { ...POST, creditLimit: eur('0') }, 'INVALID_VALUE', ['creditLimit', 'amount']],
    ['a number of somebody else', { msisdn: '4915550000001' }, 'MSISDN_TAKEN', ['msisdn']],
  ])('refuses %s by name, and opens nothing', async (_, change, code, field) => {
    const { input } = openInput(change)
    const { data } = await graph.ask(operator, OPEN, { input })
    expect(data.openBillingAccount).toMatchObject({ account: null, errors: [{ code, field }] })
    const list = 'query ($filter: BillingAccountFilter) { billingAccounts(filter: $filter) { nodes { id } } }'
    const filter = { ownerId: 'ownerId' in change ? newId('usr') : input.ownerId }
    expect((await graph.ask(operator, list, { filter })).data.billingAccounts.nodes).toEqual([])
  })

  it('the currency of an amount counts by the day of the call', async () => {
    const kuna = { lowBalanceThreshold: { amount: '1', currency: 'HRK' } }
    const codes = async () =>
      (await graph.ask(operator, OPEN, openInput(kuna))).data.openBillingAccount.errors.map(
        ({ code }: { code: string }) => code,
      )
    expect(await codes()).toEqual(['UNKNOWN_CURRENCY'])
    graph.clock.set(new Date('2022-12-31T12:00:00.000Z'))
    expect(await codes()).toEqual(['CURRENCY_MISMATCH'])
  })

  it('takes a credit limit of null for none', async () => {
    const { data } = await graph.ask(operator, OPEN, openInput({ creditLimit: null }))
    expect(data.openBillingAccount).toMatchObject({ account: { creditLimit: { amount: '0.00' } }, errors: [] })
  })

  it('names every fault of an input at once', async () => {
    const faulty = { ownerId: 'x', tariffId: 'y', lowBalanceThreshold: eur('z') }
    const { data } = await graph.ask(operator, OPEN, openInput(faulty))
    expect(data.openBillingAccount.errors.map(({ code }: { code: string }) => code)).toEqual([
      'INVALID_ID',
      'INVALID_ID',
      'INVALID_MONEY',
    ])
  })
})

describe('recordUsage', () => {
  it('charges a call and explains what it cost', async () => {
    const { msisdn } = await graph.openAccount()
    const answer = await graph.record(recordOf(`call-${msisdn}`, msisdn))
    expect(answer).toEqual({
      charged: [
        {
          id: expect.stringMatching(/^use_/),
          recordId: `call-${msisdn}`,
          usageType: 'VOICE',
          quantity: 61,
          startedAt: '2026-11-21T09:30:00.000Z',
          charge: { amount: '0.18', currency: 'EUR' },
          balanceAfter: { amount: '-0.18', currency: 'EUR' },
          explanation: {
            rule: 'usage.started_blocks',
            summary: '61 seconds are 2 started blocks of 60 seconds at 0.09 EUR: 0.18 EUR.',
            inputs: expect.arrayContaining([{ name: 'quantity_seconds', value: '61' }]),
            counterfactual: '60 seconds or fewer would have cost 0.09 EUR.',
          },
        },
      ],
      duplicates: 0,
      errors: [],
    })
    expect(await graph.record(recordOf(`call-${msisdn}`, msisdn))).toEqual({ charged: [], duplicates: 1, errors: [] })
  })

  it('refuses records at fault one by one, each by its path, and charges the others', async () => {
    const { msisdn } = await graph.openAccount()
    const id = (name: string) => `${name}-${msisdn}`
    const answer = await graph.record(
      recordOf(id('a'), msisdn),
      recordOf('', msisdn),
      recordOf(id('b'), '49171'),
      recordOf(id('c'), msisdn, { quantity: -1 }),
      recordOf(id('d'), msisdn, { usageType: 'SMS', quantity: 5_000_000 }),
      recordOf(id('e'), msisdn, { startedAt: '2026-11-21T12:05:00.001Z' }),
      recordOf(id('f'), '491799999999'),
      recordOf(id('a'), msisdn, { quantity: 1 }),
      recordOf(id('a'), msisdn),
      recordOf(id('g'), msisdn),
    )
    expect(answer.charged.map(({ recordId }: { recordId: string }) => recordId)).toEqual([id('a'), id('g')])
    expect(answer.duplicates).toBe(1)
    expect(answer.errors.map(({ code, field }: { code: string; field: string[] }) => [code, ...field])).toEqual([
      ['INVALID_VALUE', 'records', '1', 'recordId'],
      ['INVALID_VALUE', 'records', '2', 'msisdn'],
      ['INVALID_VALUE', 'records', '3', 'quantity'],
      ['INVALID_VALUE', 'records', '4', 'quantity'],
      ['INVALID_VALUE', 'records', '5', 'startedAt'],
      ['ACCOUNT_NOT_FOUND', 'records', '6', 'msisdn'],
      ['RECORD_ID_REUSED', 'records', '7', 'recordId'],
    ])
  })

  it('takes a call with a thousand records, and one with a single one', async () => {
    const { msisdn } = await graph.openAccount()
    const records = Array.from({ length: 1_000 }, (_, at) => recordOf(`full-${at}-${msisdn}`, msisdn, { quantity: 0 }))
    expect((await graph.record(...records)).charged).toHaveLength(1_000)
    expect((await graph.record(recordOf(`one-${msisdn}`, msisdn))).charged).toHaveLength(1)
  })

  it('tells the future by the clock of the service', async () => {
    const { msisdn } = await graph.openAccount()
    const at = (recordId: string, startedAt: string) => recordOf(`${recordId}-${msisdn}`, msisdn, { startedAt })
    const answer = await graph.record(at('a', '2026-11-21T12:05:00.000Z'), at('b', '2026-11-21T12:05:00.001Z'))
    expect(answer.charged).toHaveLength(1)
    expect(answer.errors).toMatchObject([{ field: ['records', '1', 'startedAt'] }])
    graph.clock.set(new Date('2026-11-20T12:00:00.000Z'))
    expect((await graph.record(at('c', '2026-11-21T09:30:00Z'))).errors).toHaveLength(1)
  })

  it.each([0, 1_001])('refuses a call with %s records as a whole', async (count) => {
    const { msisdn } = await graph.openAccount()
    const records = Array.from({ length: count }, (_, at) => recordOf(`${at}-${msisdn}`, msisdn))
    expect(await graph.record(...records)).toMatchObject({
      charged: [],
      errors: [{ code: 'BATCH_SIZE_OUT_OF_RANGE', field: ['records'] }],
    })
  })

  it.each([
    ['a quantity that JavaScript rounds', { quantity: 9_007_199_254_740_992 }],
    ['a fraction', { quantity: 0.5 }],
    ['a start that is no time', { startedAt: 'yesterday' }],
    ['a type that there is not', { usageType: 'FAX' }],
  ])('%s does not pass the schema', async (_, change) => {
    const variables = { input: { records: [recordOf('x', '4915550000001', change)] } }
    expect((await graph.ask(operator, RECORD, variables)).errors).toMatchObject([
      { extensions: { code: 'BAD_USER_INPUT' } },
    ])
  })

  it('is for operators and services', async () => {
    const variables = { input: { records: [recordOf('service', (await graph.openAccount()).msisdn)] } }
    const customer = { customer: newId('usr') }
    expect((await graph.ask(customer, RECORD, variables)).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }])
    expect((await graph.ask({ service: 'mediation' }, RECORD, variables)).data.recordUsage.charged).toHaveLength(1)
    const open = await graph.ask({ service: 'mediation' }, OPEN, openInput())
    expect(open.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }])
  })
})
