// Going back to the version before, in a database that this one made: its call of `post_batch` finds what it calls.

import { expect, test } from 'vitest'
import { newId, toUuid } from '../ids.ts'
import { NOON, pending, setBooks, single } from './ledger-for-tests.ts'
import { verifyLedger } from './verify/verify.ts'

const TYPES = [
  ...['uuid', 'uuid', 'bigint', 'text', 'int', 'int', 'bigint', 'bigint', 'bigint', 'text', 'text', 'uuid'],
  ...['timestamptz', 'boolean', 'text', 'int'],
]
const POST_BATCH = `select array_to_string(codes, ',', '-') as codes, array_to_string(replayed::text[], ',') as replayed
  from post_batch(${TYPES.map((type, index) => `$${index + 1}::text::${type}[]`).join(', ')}, $17::text::timestamptz)`

test('decides a batch, with a hold that is posted and a chain that is refused, and replays it', async () => {
  await using books = await setBooks()
  const bank = await books.open({ normalSide: 'DEBIT', floorMinor: null })
  const ada = await books.open()
  const hold = pending(bank, ada, 5n)
  await books.ledger().postAll([hold, single(bank, ada, 100n)])
  const accounts = [bank, ada].sort()
  const [toBank, toAda] = [accounts.indexOf(bank) + 1, accounts.indexOf(ada) + 1]
  const ids = Array.from({ length: 5 }, () => toUuid(newId('tfr')))
  const columns = [
    accounts.map(toUuid),
    ids,
    [1, 2, 3, 4, 5],
    ['SINGLE', 'POST_PENDING', 'SINGLE', 'SINGLE', 'REVERSAL'],
    [toBank, toBank, toBank, toAda, null],
    [toAda, toAda, toAda, toBank, null],
    [10, 5, 1, 1_000, 0],
    [10, 5, 1, 1_000, 0],
    [0, -5, 0, 0, 0],
    ['EUR', 'EUR', 'EUR', 'EUR', 'XXX'],
    ['a', 'b', 'c', 'd', 'e'],
    [null, toUuid(hold.id), null, null, toUuid(newId('tfr'))],
    [null, null, null, null, null],
    ['f', 'f', 'f', 'f', 'f'],
    [null, null, null, null, 'TRANSFER_NOT_FOUND'],
    [1, 2, 4, 4, 5],
  ].map((values) => `{${values.map((value) => value ?? 'NULL').join(',')}}`)
  const post = () => books.database.sql.forTenant('demo').unsafe(POST_BATCH, [...columns, NOON.toISOString()])
  const codes = '-,-,LINKED_TRANSFER_FAILED,INSUFFICIENT_FUNDS,TRANSFER_NOT_FOUND'
  expect(await post()).toEqual([{ codes, replayed: 'false,false,false,false,false' }])
  expect(await post()).toEqual([{ codes, replayed: 'true,true,true,true,true' }])
  expect(await books.read(ada)).toMatchObject({ balanceMinor: 115n, heldMinor: 0n })
  expect((await verifyLedger(books.database)).faults).toEqual([])
})
