// What is asked for under an id is compared with what was asked for under it before, perhaps by an older version: hashes are
// stored. So each field counts, and no hash changes.

import { expect, test } from 'vitest'
import type { Id } from '../ids.ts'
import { requestHashes } from './request-hash.ts'
import type { TransferOrder } from './transfer.ts'

const tfr = (digit: string): Id<'tfr'> => `tfr_0000000000000000000000000${digit}`
const led = (digit: string): Id<'led'> => `led_0000000000000000000000000${digit}`
const named = { id: tfr('1'), reference: 'pay' }
const between = { debitAccountId: led('1'), creditAccountId: led('2'), amountMinor: 100n, currency: 'EUR' } as const
const expiresAt = new Date('2026-11-21T12:00:00.000Z')

const SINGLE: TransferOrder = { kind: 'SINGLE', ...named, ...between }
const PENDING: TransferOrder = { kind: 'PENDING', ...named, ...between, expiresAt }
const POST: TransferOrder = { kind: 'POST_PENDING', ...named, pendingId: tfr('2') }
const POST_PART: TransferOrder = { ...POST, amountMinor: 40n }
const POST_IN_EUROS: TransferOrder = { ...POST_PART, currency: 'EUR' }
const VOID: TransferOrder = { kind: 'VOID_PENDING', ...named, pendingId: tfr('2') }
const EXPIRE: TransferOrder = { kind: 'EXPIRE_PENDING', ...named, pendingId: tfr('2') }
const REVERSAL: TransferOrder = { kind: 'REVERSAL', ...named, reversedId: tfr('2') }

const hashOf = (order: TransferOrder) => requestHashes([order])[0]

const OTHER_IDS = { id: tfr('3'), reference: 'other' }
const OTHER_BETWEEN = {
  debitAccountId: led('3'),
  creditAccountId: led('3'),
  amountMinor: 101n,
  currency: 'USD',
} as const

test.each<[TransferOrder, Record<string, unknown>]>([
  [SINGLE, { ...OTHER_IDS, ...OTHER_BETWEEN }],
  [PENDING, { ...OTHER_IDS, ...OTHER_BETWEEN, expiresAt: new Date(expiresAt.getTime() + 1) }],
  [POST, { ...OTHER_IDS, pendingId: tfr('3'), amountMinor: 40n }],
  [POST_IN_EUROS, { ...OTHER_IDS, pendingId: tfr('3'), amountMinor: 41n, currency: 'USD' }],
  [VOID, { ...OTHER_IDS, pendingId: tfr('3'), kind: 'EXPIRE_PENDING' }],
  [EXPIRE, { ...OTHER_IDS, pendingId: tfr('3'), kind: 'VOID_PENDING' }],
  [REVERSAL, { ...OTHER_IDS, reversedId: tfr('3') }],
])('each field of it makes another request: %o', (order, fields) => {
  const hashes = Object.entries(fields).map(([field, other]) => hashOf({ ...order, [field]: other } as TransferOrder))
  expect(new Set([hashOf(order), ...hashes]).size).toBe(hashes.length + 1)
})

test('the order of the fields makes none', () => {
  expect(hashOf(Object.fromEntries(Object.entries(PENDING).reverse()) as TransferOrder)).toBe(hashOf(PENDING))
})

test('a link of a chain is told by its place and by all of its company', () => {
  const second = { ...SINGLE, id: tfr('2') }
  const third = { ...SINGLE, id: tfr('3') }
  const all = [[SINGLE], [SINGLE, second], [second, SINGLE], [SINGLE, second, third]].flatMap(requestHashes)
  expect(new Set(all).size).toBe(all.length)
})

test.each([
  ['SINGLE', [SINGLE], [1_445_902_122_979_488_366n]],
  ['PENDING', [PENDING], [-2_116_081_138_104_683_796n]],
  ['POST_PENDING', [POST], [7_722_572_292_967_656_737n]],
  ['POST_PENDING in part', [POST_PART], [8_376_291_713_751_840_027n]],
  ['POST_PENDING in euros', [POST_IN_EUROS], [-5_533_775_861_977_490_587n]],
  ['VOID_PENDING', [VOID], [4_097_233_960_187_418_147n]],
  ['EXPIRE_PENDING', [EXPIRE], [7_101_054_683_680_483_585n]],
  ['REVERSAL', [REVERSAL], [-8_844_047_520_535_538_942n]],
  ['a chain', [SINGLE, { ...SINGLE, id: tfr('2') }], [764_033_531_691_938_431n, -433_320_153_716_296_608n]],
] as const)('%s has the hash that it has in books that are there', (_what, chain, hashes) => {
  expect(requestHashes(chain)).toEqual(hashes)
})
