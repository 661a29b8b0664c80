import fc from 'fast-check'
import * as uuid from 'uuid'
import { expect, expectTypeOf, onTestFinished, test, vi } from 'vitest'
import { fromUuid, type Id, isId, isNamedId, keyedId, namedId, newId, parseId, readId, toUuid } from './ids.ts'
import { Refusal } from './refusal.ts'

const SAMPLE = 'slc_01k9c7wqv8e1btd4bnc1yyfxvx'

const refusalOf = (text: string): Refusal => {
  try {
    parseId('slc', text)
  } catch (error) {
    if (error instanceof Refusal) return error
    throw error
  }
  throw new Error(`${text} was accepted`)
}

test('an id is its prefix, an underscore and 26 characters of base32', () => {
  expect(newId('slc')).toMatch(/^slc_[0-7][0-9a-hjkmnp-tv-z]{25}$/)
  expectTypeOf(newId('slc')).toEqualTypeOf<Id<'slc'>>()
})

test('parsing gives back the same text, typed', () => {
  expect(parseId('slc', SAMPLE)).toBe(SAMPLE)
  expectTypeOf(parseId('slc', SAMPLE)).toEqualTypeOf<Id<'slc'>>()
})

test.each([
  ['another kind', 'usr_01k9c7wqv8e1btd4bnc1yyfxvx'],
  ['a longer prefix', 'xslc_01k9c7wqv8e1btd4bnc1yyfxvx'],
  ['a second prefix', 'slc_slc_01k9c7wqv8e1btd4bnc1yyfxvx'],
  ['no prefix', '01k9c7wqv8e1btd4bnc1yyfxvx'],
  ['only a prefix', 'slc_'],
  ['nothing', ''],
  ['one character short', 'slc_01k9c7wqv8e1btd4bnc1yyfxv'],
  ['one character long', 'slc_01k9c7wqv8e1btd4bnc1yyfxvx0'],
  ['upper case', 'slc_01K9C7WQV8E1BTD4BNC1YYFXVX'],
  ['a letter that base32 leaves out', 'slc_01k9c7wqv8e1btd4bnc1yyfxvu'],
  ['a letter outside ASCII', 'slc_01k9c7wqv8e1btd4bnc1yyfxvé'],
  ['more than 128 bits', 'slc_81k9c7wqv8e1btd4bnc1yyfxvx'],
  ['a space after it', 'slc_01k9c7wqv8e1btd4bnc1yyfxvx '],
  ['a bare uuid', '019a587b-dee8-7077-a690-abc07be77bfd'],
])('refuses %s with INVALID_ID', (_, text) => {
  expect(refusalOf(text)).toMatchObject({ code: 'INVALID_ID', extensions: { code: 'INVALID_ID' } })
})

test('the refusal names the expected prefix, and repeats what is no longer than ids are', () => {
  expect(refusalOf('usr_1').message).toBe('Expected an id of "slc_" and 26 more characters, got "usr_1".')
  expect(refusalOf(`usr_${'x'.repeat(100_000)}`).message).toBe('Expected an id of "slc_" and 26 more characters.')
})

test('nor the beginning of a card number that stands where a long text would be cut', () => {
  for (let before = 0; before < 100; before += 1)
    expect(refusalOf(`usr_${'x'.repeat(before)}4111111111111111`).message).not.toMatch(/4111/)
})

test('the refusal does not repeat what is no id at all: it may be a card number', () => {
  for (const text of ['4111111111111111', 'slc_4111111111111111', 'usr_4111 1111 1111 1111'])
    expect(refusalOf(text).message).toBe('Expected an id of "slc_" and 26 more characters.')
})

test('every uuid survives the way to an id and back', () => {
  fc.assert(
    fc.property(fc.uuid(), (text) => {
      expect(toUuid(fromUuid('slc', text))).toBe(text)
    }),
  )
})

test('every id that is taken from a client can be stored and read back, whatever its bits', () => {
  const id = parseId('slc', 'slc_00000000000000000000000001')
  expect(fromUuid('slc', toUuid(id))).toBe(id)
})

test('what is not a uuid is a bug, not an id of zeros', () => {
  expect(() => fromUuid('slc', 'garbage')).toThrow(TypeError)
})

test('ids carry the injected time, and ids made later sort later', () => {
  const times = [1, 2, 3].map((second) => Date.UTC(2026, 10, 21, 0, 0, second))
  const ids = times.map((ms) => newId('pay', new Date(ms)))
  expect(ids.toSorted()).toEqual(ids)
  expect(ids.map((id) => Number.parseInt(toUuid(id).replace('-', '').slice(0, 12), 16))).toEqual(times)
})

test('ids made in one burst ascend and differ', () => {
  const ids = Array.from({ length: 5_000 }, () => newId('evt'))
  expect(ids.toSorted()).toEqual(ids)
  expect(new Set(ids).size).toBe(ids.length)
  expect(ids.map((id) => uuid.version(toUuid(id)))).toEqual(ids.map(() => 7))
})

test('ids ascend while the clock stands still or goes back', () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  onTestFinished(() => void vi.useRealTimers())
  const ids = [60_000, 60_000, 30_000, 60_001].map((ahead_ms) => {
    vi.setSystemTime(Date.UTC(2090, 0, 1) + ahead_ms)
    return newId('evt')
  })
  expect(ids.toSorted()).toEqual(ids)
  expect(new Set(ids).size).toBe(ids.length)
})

test("the random part of an id is no other id's", () => {
  const now = new Date(0)
  expect(new Set(Array.from({ length: 5_000 }, () => newId('evt', now))).size).toBe(5_000)
})

test('a named id is the same on every machine and a valid uuid v7 older than any new id', () => {
  const id = namedId('usr', 'ada')
  expect(id).toBe('usr_01dxf6dt00e4fszwkpj8pytqfy')
  expect(isId('usr', id)).toBe(true)
  expect(uuid.version(toUuid(id))).toBe(7)
  expect(id < newId('usr')).toBe(true)
})

test('named ids differ by name and by prefix', () => {
  const bodies = [namedId('usr', 'ada'), namedId('usr', 'bob'), namedId('acc', 'ada')].map((id) => id.slice(4))
  expect(new Set(bodies).size).toBe(3)
})

test('an id that the service named is told from those of keys, and from those that are made now', () => {
  const key = keyedId('tfr', 'ada')
  expect(key).toBe(keyedId('tfr', 'ada'))
  expect(key).not.toBe(keyedId('tfr', 'bob'))
  expect([namedId('tfr', 'ada'), key, newId('tfr')].map(isNamedId)).toEqual([true, false, false])
})

test('an id in an input is read, or refused as data with the path of the field', () => {
  const id = newId('slc')
  expect(readId('slc', id, ['sliceId'])).toEqual({ ok: true, value: id })
  expect(readId('usr', id, ['ownerId'])).toMatchObject({ ok: false, code: 'INVALID_ID', field: ['ownerId'] })
})
