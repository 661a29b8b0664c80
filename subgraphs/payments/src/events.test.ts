import { namedId } from '@carriergraph/shared/ids.ts'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { accountOpened, published } from './events.ts'

test.each(Object.entries(published))('the data of %s can be told as JSON Schema', (_, schema) => {
  expect(z.toJSONSchema(schema)).toMatchObject({ type: 'object', additionalProperties: false })
})

test.each([
  ['another kind', namedId('usr', 'one')],
  ['only a prefix', 'acc_'],
  ['something behind it', `${namedId('acc', 'one')}0`],
])('an id of %s in an event is not taken for a billing account', (_, accountId) => {
  const data = { ownerId: namedId('usr', 'ada'), currency: 'EUR', openedAt: '2026-11-21T12:00:00.000Z' }
  expect(accountOpened.safeParse({ ...data, accountId: namedId('acc', 'one') }).success).toBe(true)
  expect(accountOpened.safeParse({ ...data, accountId }).success).toBe(false)
})
