import { namedId } from '@carriergraph/shared/ids.ts'
import { describe, expect, it } from 'vitest'
import { formatSNssai } from './s-nssai.ts'
import type { Sla } from './sla.ts'
import { checkOrder, type SliceOrder } from './slice-order.ts'

const NOTHING: Sla = { latencyMsMax: null, jitterMsMax: null, packetLossRatioMax: null, downlinkBpsMin: null }

const order = (change: Partial<SliceOrder> = {}): SliceOrder => ({
  idempotencyKey: 'k-1',
  ownerId: namedId('usr', 'ada'),
  name: 'Crane',
  serviceType: 'URLLC',
  sla: { ...NOTHING, latencyMsMax: 5 },
  ...change,
})

describe('an order', () => {
  it.each<[string, Partial<SliceOrder>]>([
    ['with one objective', {}],
    ['with the longest name, counted in characters', { name: '🚀'.repeat(80) }],
    ['with the longest key', { idempotencyKey: 'k'.repeat(128) }],
    ['that allows no loss at all', { sla: { ...NOTHING, packetLossRatioMax: 0 } }],
    ['that allows all of it', { sla: { ...NOTHING, packetLossRatioMax: 1 } }],
  ])('%s is carried out as it is', (_, change) => {
    expect(checkOrder(order(change))).toEqual({ ok: true, value: order(change) })
  })

  it('loses the spaces around its name', () => {
    expect(checkOrder(order({ name: '  Crane ' }))).toMatchObject({ value: { name: 'Crane' } })
  })

  it.each<[string, Partial<SliceOrder>, string, string[]]>([
    ['no key', { idempotencyKey: '' }, 'INVALID_VALUE', ['idempotencyKey']],
    ['too long a key', { idempotencyKey: 'k'.repeat(129) }, 'INVALID_VALUE', ['idempotencyKey']],
    ['a null character in its key', { idempotencyKey: 'a\0b' }, 'INVALID_VALUE', ['idempotencyKey']],
    ['a card number in its name', { name: 'of 4111 1111 1111 1111' }, 'INVALID_VALUE', ['name']],
    ['a name of spaces', { name: '   ' }, 'INVALID_VALUE', ['name']],
    ['too long a name', { name: 'n'.repeat(81) }, 'INVALID_VALUE', ['name']],
    ['a change of direction in its name', { name: 'a\u202eb' }, 'INVALID_VALUE', ['name']],
    ['half a character in its name', { name: 'a\ud83d' }, 'INVALID_VALUE', ['name']],
    ['no objective', { sla: NOTHING }, 'NOTHING_GIVEN', ['sla']],
    ['a latency of 0', { sla: { ...NOTHING, latencyMsMax: 0 } }, 'INVALID_VALUE', ['sla', 'latencyMsMax']],
    ['a negative jitter', { sla: { ...NOTHING, jitterMsMax: -1 } }, 'INVALID_VALUE', ['sla', 'jitterMsMax']],
    ['a downlink of 0', { sla: { ...NOTHING, downlinkBpsMin: 0 } }, 'INVALID_VALUE', ['sla', 'downlinkBpsMin']],
    [
      'a ratio above 1',
      { sla: { ...NOTHING, packetLossRatioMax: 1.1 } },
      'INVALID_VALUE',
      ['sla', 'packetLossRatioMax'],
    ],
    [
      'a ratio below 0',
      { sla: { ...NOTHING, packetLossRatioMax: -0.1 } },
      'INVALID_VALUE',
      ['sla', 'packetLossRatioMax'],
    ],
  ])('with %s is refused by its field', (_, change, code, field) => {
    expect(checkOrder(order(change))).toMatchObject({ ok: false, code, field })
  })
})

it('writes an S-NSSAI as SST and slice differentiator in hex', () => {
  expect(formatSNssai('URLLC', 0xa1)).toBe('02-0000A1')
  expect(formatSNssai('V2X', 0xfffffe)).toBe('04-FFFFFE')
})
