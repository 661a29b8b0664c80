import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { correlationId, withCorrelation } from './correlation.ts'

test('keeps a sane incoming id through everything that is awaited, and forgets it outside', async () => {
  const seen = await withCorrelation('req-0000-0001', async (id) => {
    await turn()
    return [id, correlationId()]
  })
  expect(seen).toEqual(['req-0000-0001', 'req-0000-0001'])
  expect(correlationId()).toBeUndefined()
})

test.each([
  ['a UUID', '41111111-1111-4111-8111-111111111111'],
  ['a trace', '0af7651916cd43dd8448eb211c80319c'],
  ['a time and a number', 'req-1795262400000-000042'],
  ['a day and a number', 'order-20261121-000123'],
])('keeps %s', (_case, incoming) => {
  expect(withCorrelation(incoming, (id) => id)).toBe(incoming)
})

test('two interleaved requests keep their own ids', async () => {
  const read = (id: string) =>
    withCorrelation(id, async () => {
      await turn()
      return correlationId()
    })
  expect(await Promise.all([read('request-a'), read('request-b')])).toEqual(['request-a', 'request-b'])
})

test.each([
  ['no id', undefined],
  ['an empty id', ''],
  ['a short one', 'abc'],
  ['a long one', 'a'.repeat(65)],
  ['a line break', 'aaaaaaaa\n{"level":50}'],
  ['a quote', 'aaaaaaaa"'],
  ['a letter outside ASCII', 'aaaaaaaaß'],
  ['what may be a card number', '4111111111111111'],
  ['what may be a card number in groups', '4111-1111-1111-1111'],
  ['a card number behind a name', 'order-4111111111111111'],
  ['a card number in groups behind a name', 'c4-4111-1111-1111-1111-x'],
  ['a card number behind letters', 'order4111111111111111'],
])('replaces %s by a new id', (_case, incoming) => {
  const id = withCorrelation(incoming, (chosen) => chosen)
  expect(id).toMatch(/^[0-9a-f-]{36}$/)
  expect(id).not.toBe(withCorrelation(incoming, (chosen) => chosen))
})
