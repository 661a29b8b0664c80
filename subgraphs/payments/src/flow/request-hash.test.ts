// What is sent again under a key has to be the same order to the letter, also when it was stored by an earlier release.

import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { Destination } from '../domain/destination.ts'
import { hashOfOrder, hashOfRefund, type PaymentOrder, type RefundOrder } from './request-hash.ts'

const WALLET = 'led_00000000000000000000000001'
const OTHER_WALLET = 'led_00000000000000000000000009'
const ADA = { method: 'BANK', holder: 'Ada Lovelace', iban: 'DE02120300000000202051', bic: 'BYLADEM1001' } as const
const CARD = { method: 'CARD', cardId: 'card_00000000000000000000000004' } as const

const DESTINATIONS = {
  'a top-up': { type: 'TOP_UP', billingAccountId: 'acc_00000000000000000000000002' },
  'a transfer': { type: 'TRANSFER', destinationAccountId: 'led_00000000000000000000000003' },
  'a fee': { type: 'FEE' },
  'a deposit by card': { type: 'DEPOSIT', counterparty: CARD, remittance: 'SAVINGS' },
  'a deposit from a bank': { type: 'DEPOSIT', counterparty: ADA, remittance: undefined },
  'a withdrawal to a card': { type: 'WITHDRAWAL', counterparty: CARD, remittance: undefined },
  'a withdrawal to a bank': { type: 'WITHDRAWAL', counterparty: ADA, remittance: 'RENT' },
  'a withdrawal to a bank without BIC': {
    type: 'WITHDRAWAL',
    counterparty: { ...ADA, bic: undefined },
    remittance: undefined,
  },
} as const satisfies Record<string, Destination>
type Kind = keyof typeof DESTINATIONS

const orderOf = (destination: Destination): PaymentOrder => ({
  sourceAccountId: WALLET,
  destination,
  amount: { minor: 1_250n, currency: 'EUR' },
  capture: 'AUTOMATIC',
  confirm: true,
})

/** Each with another value in one field of the order, whatever its kind. */
const changesOf = (order: PaymentOrder): PaymentOrder[] => [
  { ...order, sourceAccountId: OTHER_WALLET },
  { ...order, amount: { minor: 1_251n, currency: 'EUR' } },
  { ...order, amount: { minor: 1_250n, currency: 'USD' } },
  { ...order, capture: 'MANUAL' },
  { ...order, confirm: false },
]

/** Each with another value in one field of the destination. */
function neighboursOf(destination: Destination): Destination[] {
  switch (destination.type) {
    case 'TOP_UP':
      return [{ ...destination, billingAccountId: 'acc_00000000000000000000000009' }]
    case 'TRANSFER':
      return [{ ...destination, destinationAccountId: OTHER_WALLET }]
    case 'FEE':
      return []
    case 'DEPOSIT':
    case 'WITHDRAWAL': {
      const { counterparty, remittance } = destination
      const others =
        counterparty.method === 'CARD'
          ? [{ ...counterparty, cardId: 'card_00000000000000000000000009' } as const, ADA]
          : [
              { ...counterparty, holder: 'Ada Byron' },
              { ...counterparty, iban: 'DE89370400440532013000' },
              { ...counterparty, bic: counterparty.bic === undefined ? 'COBADEFFXXX' : undefined },
              { ...counterparty, bic: 'DEUTDEFFXXX' },
              CARD,
            ]
      return [
        { ...destination, type: destination.type === 'DEPOSIT' ? 'WITHDRAWAL' : 'DEPOSIT' },
        { ...destination, remittance: remittance === undefined ? 'GIFT' : undefined },
        { ...destination, remittance: 'LOAN' },
        ...others.map((other) => ({ ...destination, counterparty: other })),
      ]
    }
  }
}

describe('another value in any single field is another order', () => {
  test.each(Object.entries(DESTINATIONS))('of %s', (_, destination) => {
    const order = orderOf(destination)
    const others = [
      ...changesOf(order),
      ...neighboursOf(destination).map((other) => ({ ...order, destination: other })),
    ]
    const hashes = [order, ...others].map(hashOfOrder)
    expect(new Set(hashes).size).toBe(hashes.length)
    expect(hashOfOrder({ ...order, amount: { ...order.amount } })).toBe(hashes[0])
  })

  test('of a top-up that is held as well', () => {
    const held: PaymentOrder = { ...orderOf(DESTINATIONS['a top-up']), capture: 'MANUAL' }
    const others = [
      { ...held, confirm: false },
      { ...held, capture: 'AUTOMATIC', confirm: false },
      { ...held, destination: { type: 'TOP_UP', billingAccountId: 'acc_00000000000000000000000009' } },
    ] as const
    expect(new Set([held, ...others].map(hashOfOrder)).size).toBe(4)
  })

  test('of a refund', () => {
    const refund: RefundOrder = {
      paymentId: 'pay_00000000000000000000000005',
      amount: { minor: 1_250n, currency: 'EUR' },
    }
    const others: RefundOrder[] = [
      { ...refund, paymentId: 'pay_00000000000000000000000009' },
      { ...refund, amount: { minor: 1_251n, currency: 'EUR' } },
      { ...refund, amount: { minor: 1_250n, currency: 'USD' } },
      { ...refund, amount: undefined },
    ]
    expect(new Set([refund, ...others].map(hashOfRefund)).size).toBe(5)
  })
})

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

describe('an order has the same hash in every release, because those that are stored are compared with it', () => {
  test('as SHA-256 in hex', () => {
    // printf 'v1\nTOP_UP\nled_…1\nacc_…2\n12.50\nEUR' | sha256sum
    expect(hashOfOrder(orderOf(DESTINATIONS['a top-up']))).toBe(
      '978fe119c830a6671056418865475a5606c88cabb93356e6078a0a720f3b9671',
    )
  })

  const paid = '12.50\nEUR\nAUTOMATIC\nCONFIRM'
  const spelled: [Kind, string][] = [
    ['a top-up', `v1\nTOP_UP\n${WALLET}\nacc_00000000000000000000000002\n12.50\nEUR`],
    ['a transfer', `v2\nTRANSFER\n${WALLET}\nled_00000000000000000000000003\n${paid}`],
    ['a fee', `v2\nFEE\n${WALLET}\n\n${paid}`],
    ['a deposit by card', `v2\nDEPOSIT\n${WALLET}\n["card_00000000000000000000000004","SAVINGS"]\n${paid}`],
    [
      'a deposit from a bank',
      `v2\nDEPOSIT\n${WALLET}\n["Ada Lovelace","DE02120300000000202051","BYLADEM1001",null]\n${paid}`,
    ],
    ['a withdrawal to a card', `v2\nWITHDRAWAL\n${WALLET}\n["card_00000000000000000000000004",null]\n${paid}`],
    [
      'a withdrawal to a bank',
      `v2\nWITHDRAWAL\n${WALLET}\n["Ada Lovelace","DE02120300000000202051","BYLADEM1001","RENT"]\n${paid}`,
    ],
    [
      'a withdrawal to a bank without BIC',
      `v2\nWITHDRAWAL\n${WALLET}\n["Ada Lovelace","DE02120300000000202051",null,null]\n${paid}`,
    ],
  ]
  test.each(spelled)('of %s', (kind, spelling) => {
    expect(hashOfOrder(orderOf(DESTINATIONS[kind]))).toBe(sha256(spelling))
  })

  test('of a top-up that is held, or waits to be confirmed', () => {
    const order = orderOf(DESTINATIONS['a top-up'])
    const start = `v2\nTOP_UP\n${WALLET}\nacc_00000000000000000000000002\n12.50\nEUR`
    expect(hashOfOrder({ ...order, capture: 'MANUAL' })).toBe(sha256(`${start}\nMANUAL\nCONFIRM`))
    expect(hashOfOrder({ ...order, confirm: false })).toBe(sha256(`${start}\nAUTOMATIC\nWAIT`))
  })

  test('of a refund, of an amount or of all that is left', () => {
    const paymentId = 'pay_00000000000000000000000005'
    const start = `refund v1\n${paymentId}`
    expect(hashOfRefund({ paymentId, amount: { minor: 1_250n, currency: 'EUR' } })).toBe(sha256(`${start}\n12.50\nEUR`))
    expect(hashOfRefund({ paymentId, amount: undefined })).toBe(sha256(`${start}\nREST`))
  })
})
