import fc from 'fast-check'
import { fromString, fromUUIDBytes, type TypeId, toUUIDBytes } from 'typeid-js'
import { expect, test } from 'vitest'
import { ID_SUFFIX, suffixOfUuid, uuidOfSuffix } from './id-suffix.ts'

/** Any 128 bits, and not only those of a known version. */
const uuids = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) =>
  Buffer.from(bytes)
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'),
)

const bytesOf = (uuid: string): Buffer => Buffer.from(uuid.replaceAll('-', ''), 'hex')

const takenByLibrary = (suffix: string): boolean => {
  try {
    return fromString(`tfr_${suffix}`, 'tfr') !== ''
  } catch {
    return false
  }
}

test('every uuid has the suffix that the library of TypeIDs gives it, and is read back from it', () => {
  fc.assert(
    fc.property(uuids, (uuid) => {
      const suffix = suffixOfUuid(uuid)
      expect(suffix).toBe(fromUUIDBytes('', bytesOf(uuid)))
      expect(suffix).toMatch(ID_SUFFIX)
      expect(uuidOfSuffix(`tfr_${suffix}`)).toBe(uuid)
    }),
    { numRuns: 2_000 },
  )
})

test.each([
  ['00000000-0000-0000-0000-000000000000', '00000000000000000000000000'],
  ['ffffffff-ffff-ffff-ffff-ffffffffffff', '7zzzzzzzzzzzzzzzzzzzzzzzzz'],
  ['00000000-0000-0000-0000-000000000020', '00000000000000000000000010'],
])('%s is %s', (uuid, suffix) => {
  expect(suffixOfUuid(uuid)).toBe(suffix)
  expect(uuidOfSuffix(suffix)).toBe(uuid)
})

test('what is taken for a suffix, and read, is what the library takes', () => {
  const char = fc.constantFrom(...'0123456789abcdefghijklmnopqrstuvwxyzABCZ-_ é\u0000\u{1f600}')
  const odd = fc.array(char, { minLength: 24, maxLength: 28 }).map((chars) => chars.join(''))
  const almost = fc.tuple(uuids, fc.nat(25), char).map(([uuid, at, put]) => {
    const suffix = suffixOfUuid(uuid) ?? ''
    return suffix.slice(0, at) + put + suffix.slice(at + 1)
  })
  fc.assert(
    fc.property(fc.oneof(odd, almost), (text) => {
      // In the library's eyes an underscore parts a prefix from a suffix that is shorter then.
      expect(ID_SUFFIX.test(text)).toBe(takenByLibrary(text) && !text.includes('_'))
      if (ID_SUFFIX.test(text))
        expect(bytesOf(uuidOfSuffix(text))).toEqual(Buffer.from(toUUIDBytes(`tfr_${text}` as TypeId<'tfr'>)))
      else if (text.length === 26) expect(() => uuidOfSuffix(text)).toThrow(TypeError)
    }),
    { numRuns: 5_000 },
  )
})

test.each(['', 'tfr_', '0123456789abcdefghjkmnpqr', 'tfr_0123456789abcdefghjkmnpqr'])(
  '%j is the id of nobody',
  (text) => {
    expect(() => uuidOfSuffix(text)).toThrow(TypeError)
  },
)

test.each([
  '',
  '019a587b-dee8-7077-a690-abc07be77bf',
  '019a587b-dee8-7077-a690-abc07be77bfd0',
  '019a587b-dee8-7077-a690-abc07be77bfg',
  '019a587bd-ee8-7077-a690-abc07be77bfd',
  '019a587b-dee8-7077-a690-abc07be77bf-',
  '019A587B-DEE8-7077-A690-ABC07BE77BFD',
])('%j is not how PostgreSQL writes a uuid', (text) => {
  expect(suffixOfUuid(text)).toBeUndefined()
})
