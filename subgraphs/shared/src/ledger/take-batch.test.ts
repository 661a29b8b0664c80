import { describe, expect, test } from 'vitest'
import { newId, toUuid } from '../ids.ts'
import { ofPending, pending, single } from './ledger-for-tests.ts'
import { takeBatch } from './take-batch.ts'
import type { TransferOrder } from './transfer.ts'

const waitingFor = (...orders: TransferOrder[]) => ({
  chain: orders.map((order) => ({ order, hash: 0n, uuid: toUuid(order.id) })),
})
const [ada, bruno] = [newId('led'), newId('led')]
const transfer = () => single(ada, bruno, 1n)

describe('the next batch', () => {
  test('is as many whole chains as fit, from the first', () => {
    const waiting = [waitingFor(transfer()), waitingFor(transfer(), transfer()), waitingFor(transfer())]
    const all = [...waiting]
    expect(takeBatch(waiting, 3).taken).toEqual(all.slice(0, 2))
    expect(waiting).toEqual(all.slice(2))
  })

  test('takes a first chain that is longer than a batch', () => {
    const waiting = [waitingFor(transfer(), transfer(), transfer()), waitingFor(transfer())]
    expect(takeBatch(waiting, 2).taken).toHaveLength(1)
  })

  test.each([
    ['names the same', (order: TransferOrder) => order],
    ['refers to one of it', (order: TransferOrder) => ofPending('VOID_PENDING', order)],
  ])('takes what %s as well', (_what, follows) => {
    const hold = pending(ada, bruno, 1n)
    const waiting = [waitingFor(hold), waitingFor(transfer()), waitingFor(follows(hold)), waitingFor(transfer())]
    expect(takeBatch(waiting, 10).taken).toHaveLength(4)
  })

  test('is empty where the first refers to what is under way, and nobody overtakes it', () => {
    const hold = pending(ada, bruno, 1n)
    const underWay = takeBatch([waitingFor(hold)], 10)
    const waiting = [waitingFor(ofPending('POST_PENDING', hold)), waitingFor(transfer())]
    expect(takeBatch(waiting, 10, [underWay]).taken).toEqual([])
    expect(waiting).toHaveLength(2)
    expect(takeBatch(waiting, 10).taken).toHaveLength(2)
  })
})
